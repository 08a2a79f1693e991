"""What data the trials of a run directory have seen, so that a later session uses no others."""

import json
from collections.abc import Mapping

from harness.errors import UserError
from harness.results.storage import Storage

DATA = "data.json"
"""File of a run directory: fingerprint and folder by dataset."""


def require_same_data(
    storage: Storage, fingerprints: Mapping[str, str], folder: str | None, *, finished: bool
) -> None:
    """Refuse data with other contents than those of finished trials; remember those that are new.

    Args:
        storage: the run directory.
        fingerprints: of the content that would be used now, by dataset and its options.
        folder: where they were read.
        finished: whether the directory holds finished trials; without any, all data are welcome.

    Raises:
        UserError: names the dataset and both folders.
    """
    remedy = "the data are the same as those of the finished trials"
    seen = remembered(storage, DATA, remedy) if finished else {}
    for dataset, digest in fingerprints.items():
        before = seen.get(dataset, {"fingerprint": digest})
        if before["fingerprint"] != digest:
            raise UserError(
                f"{storage.label} holds results on other data: the dataset {dataset} was read from "
                f"{before['folder']} then and is read from {folder} now, and the contents differ. "
                "Choose another run_dir, or give the data_root of then."
            )
    now = {name: {"fingerprint": d, "folder": str(folder)} for name, d in fingerprints.items()}
    if not now.keys() <= seen.keys():
        storage.write(DATA, json.dumps({**now, **seen}, indent=1).encode())


def remembered(storage: Storage, name: str, condition: str) -> dict[str, dict[str, str]]:
    """Return what earlier sessions have seen; nothing where they did not write it down.

    Args:
        storage: the run directory.
        name: of the file.
        condition: in which case a damaged file may be deleted.
    """
    try:
        seen: dict[str, dict[str, str]] = json.loads(storage.read(name))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise UserError(
            f"{storage.label}/{name} cannot be read: {error}. Delete it if {condition}."
        ) from error
    return seen
