"""The version of the files' schema, and the way from each older version to the next."""

from collections.abc import Callable
from typing import Literal

import pyarrow as pa

from harness.errors import CorruptFileError, UserError

SCHEMA_VERSION = 1
"""Raised by one whenever a column changes its name or meaning; with it comes a migration."""

VERSION_KEY = b"unbraid.schema_version"

Kind = Literal["plan", "trials", "curves"]
"""What a Parquet file of a run directory holds."""

MIGRATIONS: dict[int, Callable[[Kind, pa.Table], pa.Table]] = {}
"""``MIGRATIONS[v]`` turns a table of version v into one of version v + 1.

It also meets the empty table whose schema a plan keeps for its trials, so it must go by columns.
"""


def upgrade(table: pa.Table, kind: Kind, name: str) -> pa.Table:
    """Bring a table, as read from a file, to the current version.

    Args:
        table: with the version in its schema's metadata.
        kind: what it holds.
        name: the file's name, for messages.

    Raises:
        CorruptFileError: the file says no version.
        UserError: the file is of a later version than this program knows.
    """
    stamped = (table.schema.metadata or {}).get(VERSION_KEY)
    if stamped is None:
        raise CorruptFileError(f"{name}: not written by unbraid (no schema version)")
    version = int(stamped)
    require_known(version, name)
    for older in range(version, SCHEMA_VERSION):
        table = MIGRATIONS[older](kind, table)
    return table


def require_known(version: int, name: str) -> None:
    """Refuse a file that a later version of this program wrote.

    Raises:
        UserError: the version is later than ``SCHEMA_VERSION``.
    """
    if version > SCHEMA_VERSION:
        raise UserError(
            f"{name} was written by a newer unbraid (schema version {version}; this one reads up "
            f"to {SCHEMA_VERSION}). Update unbraid to read this run directory."
        )
