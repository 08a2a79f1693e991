"""Reads the file of a W&B run: a LevelDB log of W&B's own protocol buffers.

W&B 0.31 has no reader of it in Python any more; its ``wandb sync`` is another program.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HEADER, _BLOCK = 7, 32 * 1024


def records(path: Path) -> Iterator[Any]:
    """Yield the records of a run in order."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, at, whole = path.read_bytes(), _HEADER, b""
    assert content.startswith(b":W&B")
    while at < len(content):
        if _BLOCK - at % _BLOCK < _HEADER:  # the rest of a block is padding
            at += _BLOCK - at % _BLOCK
            continue
        _, length, kind = struct.unpack_from("<IHB", content, at)
        at += _HEADER
        whole += content[at : at + length]
        at += length
        if kind in (1, 4):  # full, or the last part
            yield Record.FromString(whole)
            whole = b""


def values(items: Any) -> dict[str, Any]:
    """Return items of history, summary or config by name."""
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}
