"""Where the files are that the options of a dataset name."""

from pathlib import Path

from harness.errors import UserError


class NoneNamedError(UserError):
    """No file or folder is named."""


def find_own(dataset: str, option: str, given: str, data_root: Path | None) -> Path:
    """Return the file or folder that an option names.

    Args:
        dataset: name of the dataset.
        option: name of the option: ``path``.
        given: its value; a path from the working directory, or else from ``data_root``.
        data_root: folder with data.

    Raises:
        NoneNamedError: it names none.
        UserError: nothing is there.
    """
    remedy = (
        "a path from the working directory, or from the folder that data_root=FOLDER or the "
        "environment variable UNBRAID_DATA names."
    )
    if not given:
        raise NoneNamedError(
            f"The dataset '{dataset}' is images of your own: give dataset.{option}=PATH, {remedy} "
            f"`unbraid list datasets {dataset}` lists what else can be said."
        )
    path = Path(given).expanduser()
    places = [path] if path.is_absolute() or data_root is None else [path, data_root / path]
    for place in places:
        if place.exists():
            return place.absolute()
    raise UserError(
        f"dataset.{option}={given}: there is no {' and no '.join(map(str, places))} (working "
        f"directory {Path.cwd()}). Give {remedy}"
    )
