"""The datasets by name. Importing this is cheap: torch and scikit-learn come with the data."""

import os
from pathlib import Path

from harness.data.bodies import BodiesOptions
from harness.data.celeba import CelebaOptions
from harness.data.dataset import Dataset, DatasetOptions
from harness.data.digits import DigitsOptions
from harness.data.faces import FacesOptions
from harness.data.glyphs import GlyphsOptions
from harness.data.hands import HandsOptions
from harness.data.mnist import MnistOptions
from harness.data.norb import NorbOptions
from harness.data.people import PeopleOptions
from harness.data.rhd import RhdOptions
from harness.data.smpl import SmplOptions
from harness.data.sprites import SpritesOptions
from harness.data.stb import StbOptions
from harness.data.vitae_samples import VitaeSamplesOptions

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
