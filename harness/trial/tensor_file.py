"""Tensors and what is said of them as the bytes of a safetensors file with a checksum, and back.

Nothing is ever unpickled. safetensors has no checksums: a file holds a CRC-32 of the whole of it,
taken with zeros in its own place.
"""

import json
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from harness.errors import CorruptFileError
from harness.results.encoding import (
    BLANK,
    MODEL_MARK,
    require_whole_model,
    with_checksum,
)

_KEY = "unbraid"
"""Of the metadata, one JSON text: the order of several entries would differ between runs."""


def encode(tensors: dict[str, Tensor], described: dict[str, Any]) -> bytes:
    """Return a file with tensors, of any device, and a description that JSON can say."""
    described = {"crc32": BLANK.decode(), **described}
    copies = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    data = safetensors.torch.save(copies, {_KEY: json.dumps(described)})
    return with_checksum(data, data.index(MODEL_MARK), MODEL_MARK)


def description(data: bytes, name: str) -> dict[str, Any]:
    """Return what a file says of its tensors, after a look at its checksum.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.

    Raises:
        CorruptFileError: it is torn, altered, or none of ours.
    """
    require_whole_model(data, name)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    described: dict[str, Any] = json.loads(header["__metadata__"][_KEY])
    return described


def tensors_of(data: bytes, name: str) -> dict[str, Tensor]:
    """Return the tensors of a file by name, on the CPU.

    Raises:
        CorruptFileError: the file is torn or altered.
    """
    try:
        return safetensors.torch.load(data)
    except SafetensorError as error:
        raise CorruptFileError(f"{name}: torn or altered ({error})") from error
