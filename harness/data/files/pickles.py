"""Reads pickles of numpy arrays in plain Python containers without running code in them.

A pickle may name any function of any module to be called while it is read, and numpy itself takes
the state of an array or a dtype as it is: one with a field of objects makes addresses of numbers,
and ends the process. So nothing that a pickle names is called; arrays are made here, of numbers and
texts, from as many bytes as they take.
"""

import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from harness.data.files.memory import bounded_memory
from harness.errors import CorruptFileError

_PLAIN = re.compile(r"[biufcSU?O]\d*")
"""Types of numbers, texts and objects; none of records or untyped bytes."""

_MEMORY = 1 << 29, 32
"""Bytes that reading may take, and how many more for each byte of the file."""


class _RefusedError(pickle.UnpicklingError):
    """A pickle asks for something that is not allowed."""


class _Dtype:
    """A dtype as pickles make one: from a code, and then from a state with its byte order."""

    def __init__(self, code: Any, *_: Any) -> None:
        text = code.decode("latin1") if isinstance(code, bytes) else code
        if not (isinstance(text, str) and _PLAIN.fullmatch(text)):
            raise _RefusedError(f"it asks for an array of type {text!r}")
        self.dtype = np.dtype(text)

    def __setstate__(self, state: Any) -> None:
        _, order, base, names, fields, *_ = state
        order = order.decode("latin1") if isinstance(order, bytes) else order
        if (base, names, fields) != (None, None, None):
            raise _RefusedError("it asks for an array of records")
        if order not in ("<", ">", "=", "|"):
            raise ValueError(f"byte order {order!r}")
        if order in "<>":
            self.dtype = self.dtype.newbyteorder("<" if order == "<" else ">")


class _Array:
    """An array as pickles make one: empty at first, and then from a state."""

    __hash__ = None  # type: ignore[assignment]  # as an array has none

    def __init__(self, *_: Any) -> None:
        self.array = np.empty(0)
        self.objects: list[Any] = []
        """What an array of objects holds: Python's own, which the pickle has made before."""

    def __setstate__(self, state: Any) -> None:
        shape, dtype, fortran, content = state[-4:]
        if isinstance(content, list) and dtype.dtype.hasobject:
            self.objects = content
            self.array = np.empty(len(content), object).reshape(shape)
        else:
            self.array = _array(content, dtype, shape, "F" if fortran else "C")


def _array(content: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray:
    content = content.encode("latin1") if isinstance(content, str) else bytes(content)
    if not isinstance(dtype, _Dtype) or dtype.dtype.hasobject or min((0, *shape)) < 0:
        raise ValueError(f"an array {shape} of {getattr(dtype, 'dtype', dtype)} in bytes")
    if math.prod(shape) * dtype.dtype.itemsize != len(content):
        raise ValueError(f"an array {shape} of {dtype.dtype} in {len(content)} bytes")
    flat = np.frombuffer(content, dtype.dtype) if content else np.empty(0, dtype.dtype)
    return flat.reshape(shape, order=order).copy(order)


def _scalar(dtype: _Dtype, content: Any) -> Any:
    return _array(content, dtype, (1,), "C")[0]


def _encoded(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1", "iso-8859-1"):
        raise _RefusedError(f"it asks for texts in {encoding}")
    return text.encode("latin1")


_MAKERS: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy._core.numeric", "_frombuffer"): _array,  # protocol 5
    ("_codecs", "encode"): _encoded,  # bytes, in protocols 0 to 2
}
"""What stands for the few names that a pickle of arrays has."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        # numpy 1 wrote numpy.core; numpy 1.26 and 2 know both names.
        module = module.replace("numpy.core.", "numpy._core.")
        if (module, name) not in _MAKERS:
            raise _RefusedError(f"it asks for {module}.{name}")
        return _MAKERS[module, name]


def _with_arrays(content: Any, done: dict[int, Any]) -> Any:
    """Return a content with the arrays themselves; lists and dictionaries are changed in place."""
    if isinstance(content, _Array):
        objects, content.objects = content.objects, []
        for place, each in enumerate(objects):
            content.array.flat[place] = _with_arrays(each, done)
        return content.array
    if isinstance(content, _Dtype):
        return content.dtype
    if isinstance(content, tuple):
        return tuple(_with_arrays(each, done) for each in content)
    if isinstance(content, list | dict) and id(content) not in done:
        done[id(content)] = content
        for key in range(len(content)) if isinstance(content, list) else list(content):
            content[key] = _with_arrays(content[key], done)
    return content


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
        size = path.stat().st_size
        with bounded_memory(_MEMORY[0] + _MEMORY[1] * size):
            return _with_arrays(_Unpickler(file, encoding="latin1").load(), {})
    except _RefusedError as error:
        raise CorruptFileError(
            f"{path} is no pickle of arrays alone ({error}). It was not read further, because "
            "pickles can run programs. Fetch it again, from where it was published."
        ) from error
    except Exception as error:  # a damaged pickle raises nearly anything
        raise CorruptFileError(
            f"{path} is truncated or damaged ({type(error).__name__}: {error}). Fetch it again."
        ) from error
