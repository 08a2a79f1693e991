"""Columns beside images of the user's: labels, factors, identities; text becomes numbers."""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.errors import CorruptFileError, UserError, did_you_mean

Columns = dict[str, np.ndarray]
"""A value for each image, ``[N]`` each, by name: whole numbers, other numbers, or text."""

_SHOWN = 8


def require_columns(what: str, columns: Mapping[str, object], asked: Mapping[str, str]) -> None:
    """Refuse names that no column has.

    Args:
        what: where the columns are, for messages.
        columns: those that are there, by name.
        asked: the names asked for, and the option that each came by.

    Raises:
        UserError: names the option, and what there is.
    """
    for name, option in asked.items():
        if name not in columns:
            known = ", ".join(columns) or "none"
            raise UserError(
                f"{option}={name}: {what} has no such column."
                f"{did_you_mean(name, columns)} It has: {known}."
            )


def require_lengths(what: str, columns: Mapping[str, np.ndarray], n: int) -> None:
    """Refuse columns that are not as long as there are images.

    Raises:
        CorruptFileError: names the column and both numbers.
    """
    for name, values in columns.items():
        if len(values) != n:
            raise CorruptFileError(
                f"{what}: '{name}' has {len(values)} rows, but there are {n} images. A row belongs "
                "to each image, in the same order: write the file again."
            )


def as_factor(what: str, name: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Return a column as a factor, and a note on what its numbers stand for.

    Whole numbers become int64, other numbers float32, words their places in the sorted list of
    words, int64.

    Raises:
        CorruptFileError: a number is NaN or infinite, or there is a gap among the words.
    """
    if values.dtype.kind in "bui":
        if values.size and int(values.max()) > np.iinfo(np.int64).max:
            raise CorruptFileError(f"{what}: the column '{name}' has numbers beyond 64 bits.")
        return values.astype(np.int64), ""
    if values.dtype.kind == "f":
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            raise CorruptFileError(
                f"{what}: the column '{name}' has no finite number in {len(wrong)} rows, the first "
                f"of them {wrong[0]}. Fill these in, leave their images out, or leave the column "
                "out by naming the others: dataset.factors=[...]."
            )
        if values.size and np.abs(values).max() > np.finfo(np.float32).max:
            raise CorruptFileError(
                f"{what}: the column '{name}' has numbers beyond 3.4e38, the largest that is kept."
            )
        return values.astype(np.float32), ""
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    words, codes = np.unique(values.astype(str), return_inverse=True)
    listed = [f"{code} {word}" for code, word in enumerate(words[:_SHOWN])]
    more = f", ... {len(words)} in all" if len(words) > _SHOWN else ""
    return codes.astype(np.int64).reshape(values.shape), f"{name}: {', '.join(listed)}{more}"


def is_text(values: np.ndarray) -> bool:
    """Return whether a column holds words."""
    return values.dtype.kind in "SU"


def tells_images_apart(values: np.ndarray) -> bool:
    """Return whether a column is text that is different for every image: a caption, a path."""
    return is_text(values) and len(values) > 2 and len(np.unique(values)) == len(values)


def joined(what: str, parts: Sequence[Mapping[str, np.ndarray]]) -> Columns:
    """Return the columns of several files as one, of which all must have each.

    Raises:
        UserError: the files have different columns, or one is text here and numbers there.
    """
    first = parts[0]
    for part in parts[1:]:
        if different := sorted(first.keys() ^ part.keys()):
            raise UserError(
                f"{what}: the data for training and those for the test must have the same columns; "
                f"only one of them has {', '.join(map(repr, different[:3]))}."
            )
        for name in first:
            if is_text(first[name]) != is_text(part[name]):
                raise UserError(
                    f"{what}: '{name}' is text in the data for training or in those for the test, "
                    "and numbers in the other. Write both alike."
                )
    return {name: np.concatenate([part[name] for part in parts]) for name in first}
