"""Whether the run directories that a command names are there, before it imports what draws them."""

from collections.abc import Iterable
from pathlib import Path

from harness.errors import UserError


def require_there(locations: Iterable[str | Path]) -> None:
    """Refuse folders that do not exist; what lies in them, or in a store, is looked at later.

    What reads and draws a run takes seconds to import, on a busy machine half a minute.

    Raises:
        UserError: names all of them.
    """
    local = [str(location) for location in locations if "://" not in str(location)]
    missing = [each for each in dict.fromkeys(local) if not Path(each).expanduser().exists()]
    if missing:
        expected = "does not exist or is empty: expected plan.parquet in it."
        raise UserError("\n".join(f"{location} {expected}" for location in missing))
