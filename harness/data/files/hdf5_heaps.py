"""The heaps in which an HDF5 file has its texts: checked before they are read.

HDF5's library (1.14) walks a damaged heap for ever where an object's size is 0, in C, where nothing
can interrupt it.
"""

import mmap
import struct
from pathlib import Path

from harness.errors import CorruptFileError

_SIGNATURE = b"GCOL\x01\x00\x00\x00"
"""Of a heap: its name, version and three reserved bytes (HDF5 file format, III.E)."""
_HEAD, _OBJECT = struct.Struct("<8sQ"), struct.Struct("<HHIQ")


def require_sound_heaps(path: Path) -> None:
    """Refuse a file of whose heaps one cannot be walked from its first object to its end.

    Raises:
        CorruptFileError: the file is damaged.
    """
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data.find(_SIGNATURE)
        while start >= 0:
            if not _can_be_walked(data, start):
                raise CorruptFileError(
                    f"{path} is damaged: of its texts, those from byte {start:,} on cannot be "
                    "read. Write or fetch it again."
                )
            start = data.find(_SIGNATURE, start + 1)


def _can_be_walked(data: mmap.mmap, start: int) -> bool:
    if start + _HEAD.size > len(data):
        return False
    end = start + _HEAD.unpack_from(data, start)[1]
    at = start + _HEAD.size
    if end > len(data):
        return False
    while at + _OBJECT.size <= end:
        index, _, _, size = _OBJECT.unpack_from(data, at)
        # The size of the free space, object 0, is with its head; the others' are without.
        step = size if index == 0 else _OBJECT.size + -(-size // 8) * 8
        if step < _OBJECT.size or at + step > end:
            return False
        at += step
    return True
