"""Trials and learning curves as CSV or Parquet, with every column and the types they have."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from harness.results.loading import Stored


def in_order(stored: Stored) -> pa.Table:
    """Return the learning curves, trials in the order of the plan, one row a point.

    Args:
        stored: a run directory's tables.

    Returns:
        ``trial_id, epoch, step, split, metric, value``; names are dictionaries.
    """
    planned = pa.array(stored.plan.trial_ids, pa.string())
    ids = stored.curves["trial_id"].cast(pa.string())
    position = pc.index_in(ids, value_set=planned)
    curves, position = stored.curves.filter(pc.is_valid(position)), position.drop_null()
    return curves.take(np.argsort(position.to_numpy(), kind="stable")).combine_chunks()


def as_csv(table: pa.Table) -> bytes:
    """Return a table as UTF-8 text: null is an empty field, NaN ``nan``, infinity ``inf``.

    Numbers have all the digits that tell them apart. A text is quoted where it needs to be, and
    an empty one always, so that it is not null.
    """
    sink = io.BytesIO()
    pyarrow.csv.write_csv(_plain(table), sink)
    return sink.getvalue()


def as_parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    return sink.getvalue()


def _plain(table: pa.Table) -> pa.Table:
    """Return a table with texts for dictionaries, which CSV has not."""
    columns = [
        pa.field(
            each.name, each.type.value_type if pa.types.is_dictionary(each.type) else each.type
        )
        for each in table.schema
    ]
    return table.cast(pa.schema(columns))
