"""The cross-modal VAE: codes of an image and of each label, each decoded into all three."""

import pytest
import torch
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.labelled.cross_vae import CrossModal
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.method_case import BATCH, Case
from tests.models.helpers.pairs import reached

USES = ["cross_vae", "cross_vae_synthesis"]


def built(case: Case) -> CrossModal:
    method = case.build()
    assert isinstance(method, CrossModal)
    return method


@pytest.mark.parametrize("name", USES)
def test_loss_is_the_mean_of_three_bounds(name: str) -> None:
    """With BatchNorm at its running statistics, so that one batch of 3 B is three batches of B."""
    case = labelled_case(name, w_y1=3.0)
    method, batch = built(case).eval(), case.batch()
    noise, values = case.noise(method), case.values(method)
    target: dict[str, Tensor] = {
        key: 2 * batch[key] - 1 if key in ("image", "same") else batch[key]
        for key in ("image", *method.labels)
    }
    weight = {"image": 1.0, method.labels[0]: 3.0, method.labels[1]: 1.0}
    total = torch.zeros((), dtype=torch.float64)
    for source in ("image", *method.labels):
        encoder = method.image_encoder if source == "image" else method.label_encoders[source]
        mean, log_variance = encoder(target[source]).chunk(2, 1)
        posterior = DiagonalGaussian(mean, log_variance.exp())
        z = posterior.sample(noise[f"{source}_latent"])
        total = total + values["beta"] * posterior.kl().sum() / BATCH
        for key, y in target.items():
            decoder = method.image_decoder if key == "image" else method.label_decoders[key]
            total = total + weight[key] * (decoder(z) - y).pow(2).sum() / BATCH
    loss, _ = method("objective", batch, noise, values)
    torch.testing.assert_close(loss, total / 3)


@pytest.mark.parametrize("name", USES)
def test_everything_learns_and_everything_reads_the_whole_code(name: str) -> None:
    case = labelled_case(name)
    method = built(case)
    modules = {"image_encoder", "label_encoders", "image_decoder", "label_decoders"}
    assert reached(method, case, "objective") == modules
    with torch.no_grad():
        method.eval()
        code = method.encode(case.batch()["image"])["latent"]
        assert code.shape == (BATCH, method.hyperparameters.d)
        made = method.decode_all({"latent": code})
        for i in range(code.shape[1]):
            moved = code.clone()
            moved[:, i] += 1
            for key, value in method.decode_all({"latent": moved}).items():
                assert not torch.equal(value, made[key]), (key, i)
