"""A dataset is asked for in two ways: whether its files are there, and for itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.datasets.registry import check_available, load_dataset

Ask = Callable[[DatasetOptions, Path | None], object]
both = pytest.mark.parametrize("ask", [check_available, load_dataset])


def loaded(options: DatasetOptions, root: Path | None) -> Dataset:
    """Return a dataset that the check finds to be there."""
    check_available(options, root)
    return load_dataset(options, root)
