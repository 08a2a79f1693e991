"""An unfinished trial as the bytes of a file, from which it goes on as if it had never stopped.

On the CPU it goes on bit for bit: parameters, buffers and Adam's moments of every phase; the random
streams, those of Python, NumPy and torch included, which a method from outside may draw from; the
place in the pass over the data; statistics, curves and times so far. A checkpoint is of one
configuration, data, code and kind of device, and another's is refused.
"""

import dataclasses
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from harness.config.schema import TrialConfig
from harness.data.batches.of_method import make_sampler
from harness.data.cache.sources import digests_of
from harness.errors import CorruptFileError
from harness.results.records import Curves
from harness.training.loop import Training
from harness.training.means import Means
from harness.trial import tensor_file
from harness.trial.device import device_name
from harness.trial.weights import state

FORMAT = 1
"""Raised by one whenever what is in a file changes its meaning."""

KIND = "kind of device"
"""Noise is drawn where the method is, so that training goes on on the same kind alone."""


@dataclass(frozen=True)
class Past:
    """What a trial was until its checkpoint.

    Attributes:
        curves: until then.
        seconds: by activity.
        device: the name of what it trained on.
        trained: whether nothing is left but the final evaluation, which any device may do.
    """

    curves: Curves
    seconds: dict[str, float]
    device: str
    trained: bool


def encode(
    training: Training,
    trial: TrialConfig,
    fingerprint: str | None,
    curves: Curves,
    seconds: dict[str, float],
) -> bytes:
    """Return where a trial stands, between two steps.

    Args:
        training: of the trial.
        trial: its configuration.
        fingerprint: of the data that it learns from.
        curves: so far.
        seconds: so far, by activity.
    """
    updater = training.updater
    tensors = {f"method/{name}": tensor for name, tensor in state(updater.method).items()}
    for i, adam in enumerate(updater.adams):
        for j, parameter in enumerate(adam.parameters):
            for key, value in adam.state[parameter].items():
                tensors[f"adam/{i}/{j}/{key}"] = value
    tensors |= {f"mean/{key}": torch.stack(v) for key, v in training.means.values.items()}
    tensors |= {"order": training.pass_began, "noise": training.noise.get_state()}
    described = {
        **_identity(training, trial, fingerprint),
        "epoch": training.epoch,
        "batch": training.batch,
        "steps": updater.steps,
        "stacked": updater.stacked,
        "stack_choice": updater.stack_choice,
        "first": training.first,
        "weights": training.means.weights,
        "curves": dataclasses.asdict(curves),
        "seconds": seconds,
        "device": device_name(training.noise.device),
        "streams": _streams(tensors),
    }
    return tensor_file.encode(tensors, described)


def restore(
    data: bytes, name: str, training: Training, trial: TrialConfig, fingerprint: str | None
) -> Past:
    """Set a trial that has just been built to where a file says it stood.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.
        training: of the trial; left alone where the file is refused.
        trial: its configuration.
        fingerprint: of the data that it learns from.

    Raises:
        CorruptFileError: the file is damaged, or of another configuration, data, code or device.
    """
    described = tensor_file.description(data, name)
    trained = described.get("epoch", 0) > trial.scale.epochs
    for key, value in _identity(training, trial, fingerprint).items():
        if described.get(key) != value and not (trained and key == KIND):
            raise CorruptFileError(f"{name}: of another {key} than this trial's")
    tensors = tensor_file.tensors_of(data, name)
    updater = training.updater
    with torch.no_grad():
        for key, tensor in state(updater.method).items():
            tensor.copy_(tensors[f"method/{key}"])
    for i, adam in enumerate(updater.adams):
        for j, parameter in enumerate(adam.parameters):
            prefix = f"adam/{i}/{j}/"
            own = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
            if own:
                adam.state[parameter] = {k: _laid_out(v, parameter) for k, v in own.items()}
    device = training.noise.device
    training.means = Means(
        {k: list(tensors[f"mean/{k}"].to(device).unbind()) for k in described["weights"]},
        described["weights"],
    )
    training.epoch, training.batch = described["epoch"], described["batch"]
    training.first, updater.steps = described["first"], described["steps"]
    updater.stacked = described.get("stacked", 1)
    updater.stack_choice = described.get("stack_choice")
    training.order.set_state(tensors["order"])
    if described[KIND] == training.noise.device.type:
        training.noise.set_state(tensors["noise"])
    _set_streams(described["streams"], tensors)
    curves, device = Curves(**described["curves"]), described.get("device", "")
    return Past(curves, described["seconds"], device, trained)


def _laid_out(value: Tensor, parameter: Tensor) -> Tensor:
    """Return a number or an average of Adam's in the memory layout of its parameter.

    The fused Adam goes through both in the order in which they lie in memory.
    """
    if value.shape != parameter.shape:
        return value.to(parameter.device)
    return torch.empty_like(parameter, requires_grad=False).copy_(value)


def _identity(training: Training, trial: TrialConfig, fingerprint: str | None) -> dict[str, Any]:
    """Return what must be the same for training to go on to the same end."""
    return {
        "format": FORMAT,
        "configuration": trial.as_dict(),
        "data": fingerprint,
        "code": digests_of([type(training.updater.method), Training, make_sampler]),
        "version of torch": str(torch.__version__),
        KIND: training.noise.device.type,
    }


def _streams(tensors: dict[str, Tensor]) -> dict[str, Any]:
    """Return the states of the global generators; those that are long go into ``tensors``."""
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 - the global one is the point
    tensors["numpy"] = torch.from_numpy(np.asarray(keys).astype(np.int64))
    tensors["torch"] = torch.get_rng_state()
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        tensors["cuda"] = torch.cuda.get_rng_state()
    return {"python": random.getstate(), "numpy": [name, *rest]}


def _set_streams(described: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    version, keys, gauss = described["python"]
    random.setstate((version, tuple(keys), gauss))
    name, *rest = described["numpy"]
    numbers = tensors["numpy"].numpy().astype(np.uint32)
    np.random.set_state((name, numbers, *rest))  # noqa: NPY002
    torch.set_rng_state(tensors["torch"])
    if "cuda" in tensors and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.set_rng_state(tensors["cuda"])
