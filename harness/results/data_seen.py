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
    seen = _seen(storage) if finished else {}
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


def _seen(storage: Storage) -> dict[str, dict[str, str]]:
    """Return what earlier sessions have seen; older ones did not write it down."""
    try:
        seen: dict[str, dict[str, str]] = json.loads(storage.read(DATA))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise UserError(
            f"{storage.label}/{DATA} cannot be read: {error}. Delete it if the data are the same "
            "as those of the finished trials."
        ) from error
    return seen
