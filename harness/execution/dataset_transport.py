"""How datasets reach the workers of a sweep: through Ray's object store, or by their files."""

from pathlib import Path
from typing import Any

from harness.data.cache import entry_file
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.datasets.registry import load_dataset


def shared(datasets: dict[DatasetOptions, Dataset]) -> dict[DatasetOptions, Any]:
    """Return object-store references of the datasets that are not too large to be copied there.

    The store is memory, and a copy of what is memory-mapped already: on one machine the workers map
    the same file, on a cluster each machine reads its own.
    """
    import ray

    return {
        options: ray.put(dataset)
        for options, dataset in datasets.items()
        if dataset.nbytes <= entry_file.LARGE
    }


def received(
    options: DatasetOptions, references: dict[DatasetOptions, Any], data_root: Path | None
) -> Dataset:
    """Return a dataset in a worker.

    Args:
        options: which one.
        references: what :func:`shared` gave; of a dataset not among them the files are read here.
        data_root: where they are; None for this machine's ``UNBRAID_DATA``.

    Raises:
        UserError: this machine lacks the files.
    """
    import ray

    if options not in references:
        return load_dataset(options, data_root)
    dataset: Dataset = ray.get(references[options])
    return dataset
