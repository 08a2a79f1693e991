"""Errors of images whose hidden box was filled in."""

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.restoration.shown import shown
from harness.metrics.restoration.similarity import psnr, ssim
from models.declaration import HIDDEN
from models.protocols import Inpaints


@metric(
    needs=Inpaints,
    of_modalities=(HIDDEN,),
    keys=[
        MetricKey("masked_error", "MSE of hidden pixels", "lower", "", "[0, 1]", "0"),
        MetricKey("visible_error", "MSE of visible pixels", "lower", "", "[0, 1]", "0"),
        MetricKey("recovered_error", "MSE of the recovered input", "lower", "", "[0, 1]", "0"),
        MetricKey("recovered_r2", "R² of the recovered input", "higher", "", "(-inf, 1]", "1"),
        MetricKey("inpainted_psnr", "PSNR of filled images", "higher", "dB", "[0, 100]", "100"),
        MetricKey("inpainted_ssim", "SSIM of filled images", "higher", "", "[-1, 1]", "1"),
    ],
)
def inpainting(method: Inpaints, data: EvaluationData) -> dict[str, float]:
    """Errors of restored images, inside the hidden box and outside, and of the recovered input.

    ``masked_error`` and ``visible_error`` are the mean squared errors of what the method makes of
    the pixels that it does not see and of those that it sees, over all such pixels of the test
    images. ``recovered_error`` is that of the input that is made of the restored image, by the
    renderer or a learnt decoder, and ``recovered_r2`` the share of the inputs' variance that it
    keeps, ``1 - squared error / squared distance from the mean test input``: 0 for that mean, and
    left out where all inputs are alike. PSNR and SSIM are of the images as they are shown, with the
    true pixels outside the box: means over images. All are on the scale [0, 1].
    """
    squared = torch.zeros(3, dtype=torch.float64)
    counted = torch.zeros(3, dtype=torch.float64)
    inputs = _Spread()
    alike: list[torch.Tensor] = []
    for batch in data.test_batches():
        image, visible = batch["image"], method.visible(batch)
        error = (method.restore(batch) - image).square()
        seen = visible.expand_as(image)
        given = method.observe(batch)
        recovered = (method.recover(batch) - given).square()
        inputs.add(given)
        whole = torch.ones_like(recovered)
        for place, (each, of) in enumerate(((error, 1 - seen), (error, seen), (recovered, whole))):
            squared[place] += (each * of).double().sum().cpu()
            counted[place] += of.double().sum().cpu()
        made = shown(method, batch)
        alike.append(torch.stack([psnr(made, image), ssim(made, image)]))
    masked, outside, recovered_error = (squared / counted.clamp(min=1)).tolist()
    mean_psnr, mean_ssim = torch.cat(alike, 1).double().mean(1).tolist()
    return {
        "masked_error": masked,
        "visible_error": outside,
        "recovered_error": recovered_error,
        **({"recovered_r2": 1 - float(squared[2]) / inputs.squared} if inputs.squared > 0 else {}),
        "inpainted_psnr": mean_psnr,
        "inpainted_ssim": mean_ssim,
    }


class _Spread:
    """How far images are from their mean.

    Attributes:
        squared: the squared distance, summed over pixels and images.
    """

    def __init__(self) -> None:
        self.n, self.middle, self.squared = 0, torch.zeros(()).double(), 0.0

    def add(self, images: "torch.Tensor") -> None:
        """Add ``[B, C, H, W]``; means and squares are joined, so that nothing cancels."""
        here = images.double().cpu()
        n, middle = len(here), here.mean(0)
        apart = (middle - self.middle).square() * (self.n * n / (self.n + n))
        self.squared += float((here - middle).square().sum() + apart.sum())
        self.middle = self.middle + (middle - self.middle) * (n / (self.n + n))
        self.n += n
