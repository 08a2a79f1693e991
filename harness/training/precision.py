"""In which floating-point numbers an objective is evaluated while a method trains."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from harness.training.scale import Precision
from models.method import Stats


def evaluated(
    objective: Callable[[], tuple[Tensor, Stats]], precision: Precision, device: torch.device
) -> tuple[Tensor, Stats]:
    """Evaluate an objective; return its loss and statistics, which are never less than float32.

    With ``bfloat16`` torch's automatic mixed precision chooses the operations, by the device:
    products and convolutions are of numbers that are rounded to it, on a GPU logarithms, powers and
    sums are of float32. Parameters, gradients and the moments of Adam are float32 in any case.

    Args:
        objective: without arguments; of a method whose tensors are on the device.
        precision: of its products.
        device: by whose rules.
    """
    if precision == "float32":
        return objective()
    with torch.autocast(device.type, torch.bfloat16):
        loss, stats = objective()
    return _widened(loss), {name: _widened(each) for name, each in stats.items()}


@contextmanager
def kernels(precision: Precision, device: torch.device) -> Iterator[None]:
    """Leave out, for an objective and its gradients, a library whose bfloat16 is wrong.

    oneDNN computes convolutions on a CPU. Of one of stride 2 whose image is smaller than its kernel
    it returns memory that nobody wrote as a part of the weights' gradient, with torch 2.13.
    """
    if precision == "float32" or device.type != "cpu":
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on GPUs of Intel, which have to do with another flag
        with torch.backends.mkldnn.flags(enabled=False):
            yield


def _widened(value: Tensor) -> Tensor:
    return value.float() if value.dtype == torch.bfloat16 else value
