"""The datasets by name. Importing this is cheap: torch and scikit-learn come with the data."""

import os
from pathlib import Path

from harness.data.dataset import Dataset, DatasetOptions
from harness.datasets.bodies import BodiesOptions
from harness.datasets.celeba.dataset import CelebaOptions
from harness.datasets.digits import DigitsOptions
from harness.datasets.faces.dataset import FacesOptions
from harness.datasets.glyphs.dataset import GlyphsOptions
from harness.datasets.hands.procedural.dataset import HandsOptions
from harness.datasets.hands.rhd import RhdOptions
from harness.datasets.hands.stb import StbOptions
from harness.datasets.mnist.dataset import MnistOptions
from harness.datasets.norb.dataset import NorbOptions
from harness.datasets.people.dataset import PeopleOptions
from harness.datasets.smpl.dataset import SmplOptions
from harness.datasets.sprites.dataset import SpritesOptions
from harness.datasets.vitae_samples import VitaeSamplesOptions

DATASETS: dict[str, type[DatasetOptions]] = {
    options.name: options
    for options in (
        BodiesOptions,
        CelebaOptions,
        DigitsOptions,
        FacesOptions,
        GlyphsOptions,
        HandsOptions,
        MnistOptions,
        NorbOptions,
        PeopleOptions,
        RhdOptions,
        SmplOptions,
        SpritesOptions,
        StbOptions,
        VitaeSamplesOptions,
    )
}


def load_dataset(options: DatasetOptions, data_root: Path | None) -> Dataset:
    """Return a dataset.

    Args:
        options: which one, and how.
        data_root: folder with real data files; None for the environment's ``UNBRAID_DATA``.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is not what it should be.
    """
    return options.load(_root(data_root))


def check_available(options: DatasetOptions, data_root: Path | None) -> None:
    """Raise what :func:`load_dataset` would raise for its files, without keeping any of them."""
    options.check(_root(data_root))


def _root(data_root: Path | None) -> Path | None:
    from_environment = os.environ.get("UNBRAID_DATA")
    if data_root is None and from_environment:
        return Path(from_environment).expanduser()
    return data_root
