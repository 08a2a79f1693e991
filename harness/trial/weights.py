"""A trained method as the bytes of a safetensors file, and back; nothing is ever unpickled.

A file has every parameter and buffer of a method, and in its metadata what it takes to build the
method again without the data: the trial's configuration and the properties of the images. Adam's
moments are not in it, so training cannot go on from one.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from harness import __version__
from harness.config.build import build
from harness.config.schema import TrialConfig
from harness.data.cache.sources import digests_of
from harness.errors import UserError
from harness.methods import METHODS
from harness.trial import tensor_file
from models.declaration import DataSpec
from models.hyperparameters import as_kept
from models.method import Method

FORMAT = 1
"""Raised by one whenever the metadata change their meaning."""


@dataclass(frozen=True)
class Origin:
    """What a model's file says of where it comes from.

    Attributes:
        config: the resolved configuration that it was trained by (``TrialConfig.as_dict``).
        trial_id: the trial's.
        data: properties of the images that it was built for.
        sources: a digest of each module behind the method's class, as it was then.
        versions: of ``unbraid`` and ``torch``.
    """

    config: dict[str, Any]
    trial_id: str
    data: DataSpec
    sources: dict[str, str]
    versions: dict[str, str]

    @property
    def method(self) -> str:
        """Name of the method."""
        return str(self.config["method"]["name"])

    def changed_sources(self) -> list[str]:
        """Return what differs between the method's sources then and now, a phrase a module."""
        now = digests_of([METHODS.load(self.method)])
        then = self.sources
        added = [f"{name} is new" for name in now if name not in then]
        gone = [f"{name} is gone" for name in then if name not in now]
        edited = [f"{n} has been edited" for n in now if n in then and now[n] != then[n]]
        return [*edited, *added, *gone]


def encode_model(method: Method, trial: TrialConfig) -> bytes:
    """Return a trained method as a file: parameters, buffers, configuration, versions, sources.

    Of one trial it is the same, byte for byte.
    """
    described = {
        "format": FORMAT,
        "trial_id": trial.trial_id,
        "config": trial.as_dict(),
        "data": _described(method.data),
        "sources": digests_of([type(method)]),
        "versions": {"unbraid": __version__, "torch": str(torch.__version__)},
    }
    return tensor_file.encode(state(method), described)


def decode_origin(data: bytes, name: str) -> Origin:
    """Return what a file says of its model.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.

    Raises:
        CorruptFileError: it is torn, altered, or none of ours.
        UserError: a newer version wrote it.
    """
    described = tensor_file.description(data, name)
    if described["format"] > FORMAT:
        raise UserError(
            f"{name} was written by a newer unbraid (format {described['format']}; this one reads "
            f"up to {FORMAT}). Update unbraid to use this model."
        )
    return Origin(
        config=described["config"],
        trial_id=described["trial_id"],
        data=_spec(described["data"]),
        sources=described["sources"],
        versions=described["versions"],
    )


def _described(spec: DataSpec) -> dict[str, Any]:
    """Return a spec as numbers; of its tables, which a method keeps in buffers, the shapes."""
    described = dataclasses.asdict(dataclasses.replace(spec, tables={}))
    shapes = {name: list(table.shape) for name, table in spec.tables.items()}
    return {**described, "tables": shapes} if shapes else _without(described, "tables")


def _spec(described: dict[str, Any]) -> DataSpec:
    """Return the spec that :func:`_described` was given, with zeros for its tables."""
    shapes = {key: tuple(shape) for key, shape in described["modalities"].items()}
    tables = {
        name: np.zeros(shape, np.float32) for name, shape in described.get("tables", {}).items()
    }
    return DataSpec(
        **{
            **described,
            "image_shape": tuple(described["image_shape"]),
            "modalities": shapes,
            "tables": tables,
        }
    )


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def decode_model(data: bytes, name: str, origin: Origin, device: torch.device) -> Method:
    """Return the trained method of a file on a device, in evaluation mode.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.
        origin: what :func:`decode_origin` says of it.
        device: where the method is to be.

    Raises:
        CorruptFileError: the file is torn or altered.
        UserError: the method is not installed, or its code no longer has the hyperparameters,
            parameters and buffers that the file has.
    """
    stored = tensor_file.tensors_of(data, name)
    values = {key: value for key, value in origin.config["method"].items() if key != "name"}
    cls = METHODS.load(origin.method)
    try:
        hyperparameters = build(cls.Hyperparameters, values, "method")
    except UserError as error:
        raise UserError(f"{_unfit(name, origin)}: {error} {_then(origin)}") from None
    method = cls(as_kept(hyperparameters), origin.data)
    _require_same_names(state(method), stored, name, origin)
    with torch.no_grad():
        for key, tensor in state(method).items():
            tensor.copy_(stored[key])
    return method.to(device).eval()


def state(method: Method) -> dict[str, Tensor]:
    """Return every parameter and buffer by name.

    Those buffers that a state dict leaves out are in it too: they follow from the configuration,
    but not to the last bit on every machine.
    """
    return {**dict(method.named_parameters()), **dict(method.named_buffers())}


def _require_same_names(
    built: dict[str, Tensor], stored: dict[str, Tensor], name: str, origin: Origin
) -> None:
    faults = [f"the method has {key}, the file has not" for key in built if key not in stored] + [
        f"the file has {key}, the method has not" for key in stored if key not in built
    ]
    faults += [
        f"{key} is {_kind(stored[key])} in the file and {_kind(tensor)} in the method"
        for key, tensor in built.items()
        if key in stored and _kind(stored[key]) != _kind(tensor)
    ]
    if faults:
        more = f"; and {len(faults) - 3} more" if faults[3:] else ""
        raise UserError(f"{_unfit(name, origin)}: {'; '.join(faults[:3])}{more}. {_then(origin)}")


def _unfit(name: str, origin: Origin) -> str:
    return f"{name} does not fit the method '{origin.method}' as it is now"


def _then(origin: Origin) -> str:
    versions = ", ".join(f"{key} {value}" for key, value in origin.versions.items())
    return f"It was trained with {versions}; use the code of then, or train again."


def _kind(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}"
