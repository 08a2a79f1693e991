"""Errors of images that were made of small copies."""

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.restoration.similarity import psnr, ssim
from models.protocols import Enlarges


@metric(
    needs=Enlarges,
    keys=[
        MetricKey("sr_mse", "MSE of enlarged images", "lower", "", "[0, 1]", "0"),
        MetricKey("sr_psnr", "PSNR of enlarged images", "higher", "dB", "[0, 100]", "100"),
        MetricKey("sr_ssim", "SSIM of enlarged images", "higher", "", "[-1, 1]", "1"),
        MetricKey("small_error", "MSE of small images", "lower", "", "[0, 1]", "the renderer's"),
    ],
)
def super_resolution(method: Enlarges, data: EvaluationData) -> dict[str, float]:
    """Errors of images in high resolution that were made of small copies.

    ``sr_mse``, ``sr_psnr`` and ``sr_ssim`` compare them with the true images, ``small_error`` their
    means over squares with the small images that they were made of. The latter are bicubic, so that
    it is not 0 for the true images either. All are means over test images, on the scale [0, 1].
    """
    from models.renderers.images import average_pool  # it needs torch, and a plan does not

    scores: list[torch.Tensor] = []
    for batch in data.test_batches():
        image, made, small = batch["image"], method.restore(batch), method.small(batch)
        averaged = average_pool(made, image.shape[-1] // small.shape[-1])
        errors = [(made - image).square(), (averaged - small).square()]
        mse, small_mse = (error.flatten(1).mean(1) for error in errors)
        scores.append(torch.stack([mse, psnr(made, image), ssim(made, image), small_mse]))
    names = "sr_mse", "sr_psnr", "sr_ssim", "small_error"
    return dict(zip(names, torch.cat(scores, 1).double().mean(1).tolist(), strict=True))
