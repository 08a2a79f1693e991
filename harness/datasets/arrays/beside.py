"""What a file of arrays holds beside the images: columns, and what methods learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.data.files.stored import ArrayFile, StoredArray
from harness.data.own.columns import Columns
from harness.data.own.options import ROLES
from harness.data.own.values import require_finite
from harness.errors import CorruptFileError, UserError

GROUP = "factors"
"""Name of an array of factors, or of a group of them, that is found without being named."""

_NAMES = "factor_names"
_FOUND = (*ROLES.values(), GROUP)


@dataclass(eq=False)
class Beside:
    """What is beside the images.

    Attributes:
        columns: a value for each image.
        groups: columns that came from one array of several factors, by the array's name.
        modalities: float32 ``[N, ...]`` by name.
        left_out: arrays that belong to no images, or that have no meaning here.
    """

    columns: Columns = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    modalities: dict[str, np.ndarray] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def read_beside(
    file: ArrayFile,
    images: StoredArray,
    *,
    named: Mapping[str, str],
    factor_names: Sequence[str],
    modalities: Sequence[str],
) -> Beside:
    """Return what is beside the images of a file.

    Args:
        file: the file.
        images: its array of images.
        named: arrays that the user names, with the option.
        factor_names: names of the factors of an array of several.
        modalities: names of the arrays that methods learn from.

    Raises:
        UserError: an array of several factors has not as many names.
        CorruptFileError: an array is not there, cannot be read, or has another number of rows.
    """
    found, n = Beside(), images.shape[0]
    for name in modalities:
        found.modalities[name] = _modality(file, name, n)
    for name in file.refused:
        if name in named or name in _FOUND or name.startswith(f"{GROUP}/"):
            file.array(name, named.get(name, ""))
    names = _names_in(file, factor_names)
    for name, array in file.arrays.items():
        if name in (images.name, *modalities, _NAMES):
            continue
        asked = name in named or name in _FOUND or name.startswith(f"{GROUP}/")
        if asked:
            _require_rows(array, n)
        if array.shape[0] != n or (len(array.shape) > 1 and not asked) or _too_wide(array):
            found.left_out.append(name)
        elif array.dtype.names:
            _add(found, name, {field: array.whole()[field] for field in array.dtype.names})
        elif len(array.shape) == 1:
            found.columns[name.removeprefix(f"{GROUP}/")] = array.whole()
        else:
            _add(found, name, _several(array, names))
    found.left_out += file.refused
    return found


def _add(found: Beside, name: str, columns: Columns) -> None:
    found.groups[name] = tuple(columns)
    found.columns |= columns


def _too_wide(array: StoredArray) -> bool:
    return len(array.shape) > 2 and array.dtype.names is None


def _several(array: StoredArray, names: tuple[str, ...]) -> Columns:
    """Return the columns of an array ``[N, F]``."""
    n_factors = array.shape[1]
    if not names:
        names = tuple(f"{array.name}_{index}" for index in range(n_factors))
    if len(names) != n_factors or len(set(names)) != n_factors:
        raise UserError(
            f"{array.path}: the array '{array.name}' has {n_factors} factors, and the names are "
            f"{', '.join(names)}. Give each one name: dataset.factor_names=[...]."
        )
    return dict(zip(names, array.whole().T, strict=True))


def _names_in(file: ArrayFile, stated: Sequence[str]) -> tuple[str, ...]:
    """Return the names of factors: those stated, or those of an array ``factor_names``."""
    array = file.arrays.get(_NAMES)
    if stated or array is None or array.dtype.kind not in "SU":
        return tuple(stated)
    words = array.whole()
    return tuple((np.char.decode(words, "utf-8") if words.dtype.kind == "S" else words).tolist())


def _require_rows(array: StoredArray, n: int) -> None:
    if array.shape[0] != n:
        turned = len(array.shape) == 2 and array.shape[1] == n
        raise CorruptFileError(
            f"{array.path}: the array '{array.name}' has {array.shape[0]} rows, but there are {n} "
            f"images. {'Transpose it' if turned else 'Write it again'}: a row belongs to each "
            "image, in the same order."
        )


def _modality(file: ArrayFile, name: str, n: int) -> np.ndarray:
    array = file.array(name, "dataset.modalities")
    _require_rows(array, n)
    what = f"{file.path}: the array '{name}'"
    if array.dtype.kind not in "buif":
        raise CorruptFileError(f"{what} is of {array.dtype}: a modality is numbers, [N, ...].")
    values = array.whole()
    require_finite(values, what, np.arange(n))
    return values.astype(np.float32)
