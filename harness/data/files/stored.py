"""Files that hold arrays by name, whatever their format: what they hold, and what not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from harness.errors import CorruptFileError, did_you_mean


class StoredArray(Protocol):
    """An array in a file that has not been read yet."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def name(self) -> str:
        """Its name in the file."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Its type."""

    def chunks(self, rows: int) -> Iterator[np.ndarray]:
        """Yield the array, at most ``rows`` rows at a time.

        Raises:
            CorruptFileError: the file is damaged or cannot be read.
        """

    def whole(self) -> np.ndarray:
        """Return the array; raises as :meth:`chunks`."""


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """A file of arrays.

    Attributes:
        path: the file.
        arrays: those that can be read, by name.
        refused: what is wrong with the others, by name.
    """

    path: Path
    arrays: dict[str, StoredArray]
    refused: dict[str, str]

    def array(self, name: str, option: str) -> StoredArray:
        """Return an array that an option names.

        Raises:
            CorruptFileError: it is not in the file, or cannot be read.
        """
        if name in self.refused:
            raise CorruptFileError(self.refused[name])
        if name not in self.arrays:
            known = ", ".join(f"{each} {list(of.shape)}" for each, of in self.arrays.items())
            raise CorruptFileError(
                f"{option}={name}: {self.path} holds no array of this name."
                f"{did_you_mean(name, self.arrays)} It holds: {known or 'none'}."
            )
        return self.arrays[name]
