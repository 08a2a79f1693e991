"""The cycle-consistent VAE against its equations."""

import torch

from models.distributions.diagonal_gaussian import gaussian_of
from models.pairs.cycle_vae import CycleVAE
from tests.models.helpers.pairs import reached, tiny_case

CASE = tiny_case("cycle_vae")


def built() -> CycleVAE:
    method = CASE.build()
    assert isinstance(method, CycleVAE)
    return method


def test_forward_cycle_exchanges_the_appearances() -> None:
    method = built()
    batch, noise = CASE.batch(), CASE.noise(method)
    values = {**CASE.values(method), "rec_weight": 2.0, "kl_coefficient": 3.0}
    loss, _ = method("forward_cycle", batch, noise, values)
    codes = {}
    for name, drawn in (("image", "pose"), ("same", "pose_same")):
        numbers = method.encoder(batch[name])
        posterior = gaussian_of(numbers[:, :32])
        codes[name] = posterior, posterior.sample(noise[drawn]), numbers[:, 32:]
    expected, other = torch.zeros((), dtype=torch.float64), {"image": "same", "same": "image"}
    for name, (posterior, pose, _) in codes.items():
        decoded = method.decoder(torch.cat([pose, codes[other[name]][2]], 1))
        expected = expected + 2 * (decoded - (2 * batch[name] - 1)).square().mean()
        # Divergences are summed over the batch and divided by all its values.
        expected = expected + 3 * posterior.kl().sum() / batch[name].numel()
    torch.testing.assert_close(loss, expected)


def test_reverse_cycle_compares_poses_read_from_two_appearances() -> None:
    method = built()
    batch, noise = CASE.batch(), CASE.noise(method)
    loss, _ = method("reverse_cycle", batch, noise, {"reverse_weight": 10.0})
    appearance = method.appearance_code(batch["image"])
    read = []
    for codes in (appearance, appearance.roll(1, 0)):
        decoded = method.decoder(torch.cat([noise["prior"], codes], 1))
        read.append(method.pose_code(((decoded + 1) / 2).clamp(0, 1)))
    torch.testing.assert_close(loss, 10 * (read[0] - read[1]).abs().mean())


def test_reverse_cycle_reaches_the_encoder_alone_and_not_through_the_images_made() -> None:
    method = built()
    assert reached(method, CASE, "forward_cycle") == {"encoder", "decoder"}
    assert reached(method, CASE, "reverse_cycle") == {"encoder"}
    assert [phase.trains for phase in method.phases()] == [("encoder.", "decoder."), ("encoder.",)]
