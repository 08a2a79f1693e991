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
        MetricKey("inpainted_psnr", "PSNR of filled images", "higher", "dB", "[0, 100]", "100"),
        MetricKey("inpainted_ssim", "SSIM of filled images", "higher", "", "[-1, 1]", "1"),
    ],
)
def inpainting(method: Inpaints, data: EvaluationData) -> dict[str, float]:
    """Errors of restored images, inside the hidden box and outside, and of the recovered input.

    ``masked_error`` and ``visible_error`` are the mean squared errors of what the method makes of
    the pixels that it does not see and of those that it sees, over all such pixels of the test
    images. ``recovered_error`` is that of the input that is made of the restored image, by the
    renderer or a learnt decoder. PSNR and SSIM are of the images as they are shown, with the true
    pixels outside the box: means over images. All are on the scale [0, 1].
    """
    squared = torch.zeros(3, dtype=torch.float64)
    counted = torch.zeros(3, dtype=torch.float64)
    alike: list[torch.Tensor] = []
    for batch in data.test_batches():
        image, visible = batch["image"], method.visible(batch)
        error = (method.restore(batch) - image).square()
        seen = visible.expand_as(image)
        recovered = (method.recover(batch) - method.observe(batch)).square()
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
        "inpainted_psnr": mean_psnr,
        "inpainted_ssim": mean_ssim,
    }
