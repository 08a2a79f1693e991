"""Reads pickles of numpy arrays in plain Python containers without running code in them.

A pickle may name any function of any module to be called while it is read; here it is refused
unless it is one of the few that make an array.
"""

import pickle
from pathlib import Path
from typing import IO, Any

from harness.errors import CorruptFileError

_ALLOWED = frozenset(
    {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),  # protocol 5
        ("_codecs", "encode"),  # bytes, in protocols 0 to 2
    }
)


class _RefusedError(pickle.UnpicklingError):
    """A pickle asks for something that is not allowed."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        # numpy 1 wrote numpy.core; numpy 1.26 and 2 know both names.
        module = module.replace("numpy.core.", "numpy._core.")
        if (module, name) not in _ALLOWED:
            raise _RefusedError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def read_pickle(path: Path) -> Any:
    """Return the content of a pickle: arrays, and Python's containers, numbers and texts.

    Texts of Python 2 are read as Latin-1, as numpy advises.

    Raises:
        CorruptFileError: it is truncated or damaged, or holds anything else.
    """
    try:
        with path.open("rb") as file:
            return unpickled(path, file)
    except OSError as error:
        raise CorruptFileError(f"{path} cannot be read ({error}). Fetch it again.") from error


def unpickled(path: Path, file: IO[bytes]) -> Any:
    """Return the content of the pickle that begins here in a file, as :func:`read_pickle` does.

    Args:
        path: of the file, for messages.
        file: where the pickle begins.

    Raises:
        CorruptFileError: as :func:`read_pickle`.
    """
    try:
        return _Unpickler(file, encoding="latin1").load()
    except _RefusedError as error:
        raise CorruptFileError(
            f"{path} is no pickle of arrays alone ({error}). It was not read further, because "
            "pickles can run programs. Fetch it again, from where it was published."
        ) from error
    except Exception as error:  # a damaged pickle raises nearly anything
        raise CorruptFileError(
            f"{path} is truncated or damaged ({type(error).__name__}: {error}). Fetch it again."
        ) from error
