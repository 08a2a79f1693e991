"""``unbraid encode``: the codes of images by a kept model, as a Parquet file."""

import argparse
import sys

import pyarrow as pa
import pyarrow.parquet as pq

from harness.config.settings import build_settings
from harness.config.trials import trial_from_dict
from harness.datasets.registry import load_dataset
from harness.errors import UserError
from harness.export.target import require_not_of_run
from harness.kept.choosing import choose
from harness.kept.codes import SPLITS, codes_table
from harness.kept.data_choice import chosen_dataset
from harness.kept.loading import named, read_model, sources_warning
from harness.results import load
from harness.results.storage import Storage


def run(options: argparse.Namespace) -> int:
    """Encode, write the table as a whole, and print its path."""
    _require_free(options)
    results = load(options.run_dir)
    model = choose(results, options.trial)
    root = {"data_root": options.data_root} if options.data_root else {}
    settings = build_settings({**results.sweep["settings"], **root, "device": options.device})
    data = chosen_dataset(options.data) if options.data else trial_from_dict(model.config).dataset
    origin, method = read_model(results, model.trial_id, settings.device)
    if warning := sources_warning(model.trial_id, origin):
        print(f"warning: {warning}", file=sys.stderr)
    dataset = load_dataset(data, settings.data_folder)
    splits = SPLITS if options.split == "all" else (options.split,)
    with named(origin.method):
        table = codes_table(method, dataset, splits)
    sink = pa.BufferOutputStream()
    described = {"unbraid.run_dir": results.location, "unbraid.trial_id": model.trial_id}
    pq.write_table(table.replace_schema_metadata(described), sink, compression="zstd")
    folder, _, name = str(options.out).rpartition("/")
    storage = Storage(folder or ".")
    storage.make_directories("")
    storage.write(name, sink.getvalue().to_pybytes())
    print(f"{options.out}: {len(table)} images of {dataset.name} by {origin.method}")
    print(", ".join(table.column_names))
    return 0


def _require_free(options: argparse.Namespace) -> None:
    """Refuse a target that is there, is none of Parquet, or belongs to the run directory."""
    out = str(options.out)
    if not out.endswith(".parquet"):
        raise UserError(f"--out {out}: codes are written as Parquet; name a file ending .parquet.")
    require_not_of_run(options.run_dir, out)
    folder, _, name = out.rpartition("/")
    if not options.force and Storage(folder or ".").is_file(name):
        raise UserError(f"{out} exists. Replace it with --force, or name another with --out.")
