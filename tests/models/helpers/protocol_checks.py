"""Checks that a method does what its protocols promise, with the shapes and ranges they say."""

import copy

import torch
from torch import Tensor

from models import protocols
from models.declaration import LABELLED
from models.method import Method
from tests.models.helpers.method_case import BATCH, Case


@torch.no_grad()
def check_protocols(case: Case) -> None:
    """What the method claims to do it does, with the promised shapes and ranges."""
    method = case.build().eval()
    before = torch.random.get_rng_state()
    checks = _check_bounds, _check_codes, _check_pictures, _check_modalities, _check_samples
    for check in (*checks, _check_restored):
        check(method, case)
    assert torch.equal(torch.random.get_rng_state(), before)


def _check_bounds(method: Method, case: Case) -> None:
    image = case.batch()["image"]
    if isinstance(method, protocols.Bounds):
        bound = method.elbo({"image": image}, case.noise(method))
        assert {"elbo", "log_likelihood", "kl"} <= bound.keys()
        assert all(term.shape == (BATCH,) for term in bound.values())
        torch.testing.assert_close(bound["elbo"], bound["log_likelihood"] - bound["kl"])
        assert bound["kl"].min() >= 0
    if isinstance(method, protocols.Weighs):
        assert method.log_weight({"image": image}, case.noise(method)).shape == (BATCH,)
    if isinstance(method, protocols.EstimatesInformation):
        estimates = method.information(case.batch(), case.noise(method))
        assert estimates.keys() == {"i_t", "i_t_prime", "i_eval"}
        assert all(estimate.shape == (BATCH,) for estimate in estimates.values())


def _check_codes(method: Method, case: Case) -> None:
    image = case.batch()["image"]
    if isinstance(method, protocols.Encodes):
        for group, code in method.encode(image).items():
            assert code.ndim == 2
            assert len(code) == BATCH
            # A code is of one image: it must not depend on the others in the batch.
            torch.testing.assert_close(method.encode(image[:2])[group], code[:2])
    if isinstance(method, protocols.Infers):
        assert isinstance(method, protocols.Encodes)
        codes = method.encode(image)
        assert method.posterior(image).keys() <= codes.keys()
        for group, posterior in method.posterior(image).items():
            torch.testing.assert_close(posterior.mean, codes[group])
            assert posterior.variance.min() > 0
            torch.testing.assert_close(posterior.kl(), posterior.kl_by_dimension().sum(1))
    if isinstance(method, protocols.Decodes):
        assert isinstance(method, protocols.Encodes)
        decoded = method.decode(method.encode(image))
        _check_images(decoded, image)
        if isinstance(method, protocols.Reconstructs):
            torch.testing.assert_close(decoded, method.reconstruct(image))


def _check_pictures(method: Method, case: Case) -> None:
    image, other = case.batch()["image"], case.batch(seed=1)["image"]
    if isinstance(method, protocols.Reconstructs):
        _check_images(method.reconstruct(image), image)
    if isinstance(method, protocols.DecodesAppearance):
        _check_images(method.appearance(image), image)
    if isinstance(method, protocols.Swaps):
        _check_images(method.swap(image, other), image)
        assert isinstance(method, protocols.Reconstructs)
        torch.testing.assert_close(method.swap(image, image), method.reconstruct(image))
    if isinstance(method, protocols.DecodesGroups):
        decoded_alone = method.decode_groups(image)
        assert decoded_alone.keys() == {"appearance", "pose"}
        for alone in decoded_alone.values():
            _check_images(alone, image)


def _check_samples(method: Method, case: Case) -> None:
    if isinstance(method, protocols.Samples):
        float_method = copy.deepcopy(method).float()
        images = [
            float_method.sample(BATCH, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
        ]
        _check_images(images[0], case.batch()["image"])
        assert torch.equal(images[0], images[1])
        assert not torch.equal(images[0], images[2])


def _check_restored(method: Method, case: Case) -> None:
    batch = case.batch()
    if isinstance(method, protocols.SkipsUpdates):
        assert method.skipped_updates().keys() == {"d", "g"}
    if not isinstance(method, protocols.Restores):
        return
    _check_images(method.restore(batch), batch["image"])
    _check_images(method.recover(batch), method.observe(batch))
    # An image is restored of what is seen of it: nothing else reaches the generator.
    if isinstance(method, protocols.Inpaints):
        visible = method.visible(batch)
        assert visible.shape == (BATCH, 1, *batch["image"].shape[2:])
        other = {**batch, "image": batch["image"] * visible + 0.3 * (1 - visible)}
        assert not torch.equal(other["image"], batch["image"])
        assert torch.equal(method.restore(other), method.restore(batch))
    if isinstance(method, protocols.Enlarges):
        assert method.small(batch).shape[2] < batch["image"].shape[2]


def _check_modalities(method: Method, case: Case) -> None:
    batch = case.batch()
    image, needs = batch["image"], {*method.needs} - {LABELLED}
    if isinstance(method, protocols.Predicts):
        predicted = method.predict(image)
        assert needs <= predicted.keys()
        there = predicted.keys() & batch.keys()
        assert all(predicted[name].shape == batch[name].shape for name in there)
    if isinstance(method, protocols.DecodesModalities):
        assert isinstance(method, protocols.Encodes)
        made = method.decode_modalities(method.encode(image))
        assert needs <= made.keys()
        if isinstance(method, protocols.Predicts):
            for name in needs:
                torch.testing.assert_close(made[name], predicted[name])
    if isinstance(method, protocols.EncodesModalities):
        assert isinstance(method, protocols.Encodes)
        codes, of_image = method.encode_modalities(batch), method.encode(image)
        assert codes.keys() <= of_image.keys()
        assert all(code.shape == of_image[group].shape for group, code in codes.items())
        without_pairs = {name: batch[name] for name in ("image", *method.needs)}
        assert method.encode_modalities(without_pairs).keys() == codes.keys()


def _check_images(images: Tensor, like: Tensor) -> None:
    assert images.shape == like.shape
    # Bilinear weights of a pixel add up to 1 to rounding.
    assert images.min() >= 0
    assert images.max() <= 1 + 1e-6
