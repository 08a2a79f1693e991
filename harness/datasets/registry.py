"""The datasets by name, one line each; their modules are imported when asked for."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.plugins import Plugins

if TYPE_CHECKING:
    from harness.data.dataset import Dataset
    from harness.data.options import DatasetOptions

DATASET_PATHS: Mapping[str, str] = {
    "bodies": "harness.datasets.bodies.BodiesOptions",
    "celeba": "harness.datasets.celeba.dataset.CelebaOptions",
    "digits": "harness.datasets.digits.DigitsOptions",
    "faces": "harness.datasets.faces.dataset.FacesOptions",
    "glyphs": "harness.datasets.glyphs.dataset.GlyphsOptions",
    "hands": "harness.datasets.hands.procedural.dataset.HandsOptions",
    "mnist": "harness.datasets.mnist.dataset.MnistOptions",
    "norb": "harness.datasets.norb.dataset.NorbOptions",
    "people": "harness.datasets.people.dataset.PeopleOptions",
    "rhd": "harness.datasets.hands.rhd.RhdOptions",
    "smpl": "harness.datasets.smpl.dataset.SmplOptions",
    "sprites": "harness.datasets.sprites.dataset.SpritesOptions",
    "stb": "harness.datasets.hands.stb.StbOptions",
    "vitae_samples": "harness.datasets.vitae_samples.VitaeSamplesOptions",
}
"""Dotted path of the options of each dataset of this distribution."""


def _check(options: object, path: str) -> "type[DatasetOptions]":
    from harness.data.options import DatasetOptions

    if not (isinstance(options, type) and issubclass(options, DatasetOptions)):
        raise TypeError(
            f"'{path}' is not a dataset: it must be a subclass of harness.data.options."
            "DatasetOptions"
        )
    if "__dataclass_fields__" not in vars(options):
        raise TypeError(f"'{path}' must be a frozen dataclass")
    lacking = [
        name for name in ("name", "summary") if not isinstance(getattr(options, name, 0), str)
    ]
    if lacking:
        raise TypeError(f"'{path}' must have {', '.join(lacking)}")
    return options


DATASETS: "Plugins[type[DatasetOptions]]" = Plugins(
    "dataset", "unbraid.datasets", DATASET_PATHS, _check, "my_data.MyOptions"
)
"""The options of every dataset: ours, those of other distributions, any by its dotted path."""


def registered_name(options: "DatasetOptions") -> str:
    """Return the name or dotted path by which a trial names the dataset of these options."""
    path = f"{type(options).__module__}.{type(options).__qualname__}"
    return options.name if DATASETS.paths().get(options.name) == path else path


def having(field: str, *values: str) -> list[str]:
    """Return the names of our datasets whose options say something of a field.

    Args:
        field: a field of ``DatasetOptions``.
        values: where given, what the field must contain.
    """
    known = {name: getattr(DATASETS.load(name)(), field) for name in DATASET_PATHS}
    return [name for name, said in known.items() if said and set(values) <= {*said}]


def load_dataset(options: "DatasetOptions", data_root: Path | None) -> "Dataset":
    """Return a dataset.

    Args:
        options: which one, and how.
        data_root: folder with real data files; None for the environment's ``UNBRAID_DATA``.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is not what it should be.
    """
    return options.load(_root(data_root))


def check_available(options: "DatasetOptions", data_root: Path | None) -> None:
    """Raise what :func:`load_dataset` would raise for its files, without keeping any of them."""
    options.check(_root(data_root))


def _root(data_root: Path | None) -> Path | None:
    from_environment = os.environ.get("UNBRAID_DATA")
    if data_root is None and from_environment:
        return Path(from_environment).expanduser()
    return data_root
