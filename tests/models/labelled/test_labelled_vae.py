"""What an image and its labels have in common in every method: posterior, predictions, bound."""

import pytest
import torch
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.method import Noise
from tests.models.helpers.labelled import labelled_case

TASKS = ["dvae_synthesis", "dvae_pose"]


def test_divergence_of_the_whole_code_is_the_sum_of_its_parts() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method = case.build()
    parts = method.posterior(case.batch()["image"])
    assert {group: found.mean.shape[1] for group, found in parts.items()} == method.sizes()
    whole = DiagonalGaussian(
        torch.cat([part.mean for part in parts.values()], 1),
        torch.cat([part.variance for part in parts.values()], 1),
    )
    torch.testing.assert_close(whole.kl(), sum(part.kl() for part in parts.values()))


@pytest.mark.parametrize("name", TASKS)
@torch.no_grad()
def test_labels_are_predicted_from_the_posterior_means(name: str) -> None:
    case = labelled_case(name)
    method = case.build().eval()
    image = case.batch()["image"]
    predicted, codes = method.predict(image), method.encode(image)
    group = dict(zip(method.labels, method.groups, strict=True))
    for label in method.needs:
        assert torch.equal(predicted[label], method.label_decoders[label](codes[group[label]]))


@pytest.mark.parametrize("w_x", [1.0, 0.25])
@torch.no_grad()
def test_the_bound_is_of_the_likelihood_that_the_loss_implies(w_x: float) -> None:
    """Normal pixels: a change of the code changes ``log p(x|z)`` by that of ``-w_x rec_x``."""
    case = labelled_case("dvae_pose", w_x=w_x)
    method = case.build().eval()
    image = case.batch()["image"]

    def both(noise: Noise) -> tuple[Tensor, Tensor]:
        posteriors = method.posterior(image)
        codes = {group: of.sample(noise[f"image_{group}"]) for group, of in posteriors.items()}
        made = method.decode_all(codes)["image"] - (2 * image - 1)
        return method.elbo({"image": image}, noise)["log_likelihood"], made.pow(2).sum((1, 2, 3))

    (log_likelihood, error), (other, other_error) = (both(case.noise(method, i)) for i in (0, 1))
    torch.testing.assert_close(log_likelihood - other, -w_x * (error - other_error))
    normal = torch.distributions.Normal(0.0, (1 / (8 * w_x)) ** 0.5)
    at_its_best = normal.log_prob(torch.zeros(())) * image[0].numel()
    torch.testing.assert_close(log_likelihood, at_its_best - w_x * error, check_dtype=False)
