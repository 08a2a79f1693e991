"""PSNR and SSIM: closed forms, and SSIM by brute force."""

import math

import numpy as np
import pytest
import torch

from harness.metrics.restoration.similarity import psnr, ssim


def images(side: int = 16, seed: int = 0) -> torch.Tensor:
    return torch.rand((2, 3, side, side), generator=torch.Generator().manual_seed(seed)).double()


def test_psnr_of_a_known_error() -> None:
    true = images() * 0.5
    torch.testing.assert_close(psnr(true + 0.1, true), torch.full((2,), 20.0).double())
    assert psnr(true, true).tolist() == [100, 100]
    in_code = 20 * math.log10(1 / (2 * 0.1))  # errors on [-1, 1] against a peak of 1
    assert in_code == pytest.approx(20 - 20 * math.log10(2))


def test_ssim_of_equal_images_is_one_and_it_is_symmetric() -> None:
    one, other = images(), images(seed=1)
    torch.testing.assert_close(ssim(one, one), torch.ones(2).double())
    torch.testing.assert_close(ssim(one, other), ssim(other, one))
    assert (ssim(one, 1 - one) < 0).all()


@pytest.mark.parametrize(("side", "window"), [(16, 11), (8, 7)])
def test_ssim_by_brute_force(side: int, window: int) -> None:
    x, y = (images(side, seed)[0].numpy() for seed in (0, 1))
    at = np.arange(window) - window // 2
    kernel = np.exp(-(at[:, None] ** 2 + at**2) / (2 * 1.5**2))
    kernel /= kernel.sum()
    found = []
    for c in range(3):
        for i in range(side - window + 1):
            for j in range(side - window + 1):
                a, b = (z[c, i : i + window, j : j + window] for z in (x, y))
                mean_a, mean_b = (kernel * a).sum(), (kernel * b).sum()
                var_a, var_b = ((kernel * (z - (kernel * z).sum()) ** 2).sum() for z in (a, b))
                covariance = (kernel * (a - mean_a) * (b - mean_b)).sum()
                top = (2 * mean_a * mean_b + 1e-4) * (2 * covariance + 9e-4)
                found.append(top / ((mean_a**2 + mean_b**2 + 1e-4) * (var_a + var_b + 9e-4)))
    assert float(ssim(images(side), images(side, 1))[0]) == pytest.approx(np.mean(found))
