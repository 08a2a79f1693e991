"""Where each dataset is, by the name it has on the command line.

Importing this module is cheap: the options of a dataset are imported when they are asked for. A
dataset of your own needs no line here: see ``docs/adding.md``.
"""

import contextlib
import dataclasses
import os
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.plugins import Plugins

if TYPE_CHECKING:
    from harness.data.dataset import Dataset
    from harness.data.options import DatasetOptions

DATASET_PATHS = {
    "arrays": "harness.datasets.arrays.dataset.ArraysOptions",
    "bodies": "harness.datasets.bodies.BodiesOptions",
    "cars3d": "harness.datasets.grids.cars3d.Cars3dOptions",
    "celeba": "harness.datasets.celeba.dataset.CelebaOptions",
    "digits": "harness.datasets.digits.DigitsOptions",
    "dsprites": "harness.datasets.grids.dsprites.dataset.DspritesOptions",
    "faces": "harness.datasets.faces.dataset.FacesOptions",
    "falcor3d": "harness.datasets.grids.nvidia.Falcor3dOptions",
    "folder": "harness.datasets.folder.dataset.FolderOptions",
    "glyphs": "harness.datasets.glyphs.dataset.GlyphsOptions",
    "hands": "harness.datasets.hands.procedural.dataset.HandsOptions",
    "humans": "harness.datasets.humans.dataset.HumansOptions",
    "isaac3d": "harness.datasets.grids.nvidia.Isaac3dOptions",
    "lsp": "harness.datasets.wild.lsp.LspOptions",
    "mannequin": "harness.datasets.mannequin.dataset.MannequinOptions",
    "mnist": "harness.datasets.mnist.dataset.MnistOptions",
    "mpii": "harness.datasets.wild.mpii.MpiiOptions",
    "mpi3d_complex": "harness.datasets.grids.mpi3d.Mpi3dComplexOptions",
    "mpi3d_real": "harness.datasets.grids.mpi3d.Mpi3dRealOptions",
    "mpi3d_realistic": "harness.datasets.grids.mpi3d.Mpi3dRealisticOptions",
    "mpi3d_toy": "harness.datasets.grids.mpi3d.Mpi3dToyOptions",
    "norb": "harness.datasets.norb.dataset.NorbOptions",
    "people": "harness.datasets.people.dataset.PeopleOptions",
    "rhd": "harness.datasets.hands.rhd.RhdOptions",
    "scenes": "harness.datasets.scenes.dataset.ScenesOptions",
    "shapes3d": "harness.datasets.grids.shapes3d.dataset.Shapes3dOptions",
    "shoes": "harness.datasets.shoes.dataset.ShoesOptions",
    "smallnorb": "harness.datasets.grids.smallnorb.SmallNorbOptions",
    "smpl": "harness.datasets.smpl.dataset.SmplOptions",
    "sprites": "harness.datasets.sprites.dataset.SpritesOptions",
    "stb": "harness.datasets.hands.stb.StbOptions",
    "vkitti2": "harness.datasets.scenes.vkitti2.Vkitti2Options",
    "vitae_samples": "harness.datasets.vitae_samples.VitaeSamplesOptions",
}
"""Dotted path of the options of each dataset of this distribution."""


def check_dataset(options: Any, path: str) -> "type[DatasetOptions]":
    """Return the options that a dotted path led to.

    Raises:
        TypeError: they are not a dataset's (see ``harness.data.options.DatasetOptions``).
    """
    from harness.data.options import DatasetOptions

    if not (isinstance(options, type) and issubclass(options, DatasetOptions)):
        raise TypeError(
            f"'{path}' is not a dataset: it must be a subclass of "
            "harness.data.options.DatasetOptions"
        )
    if fault := _fault(options, path):
        raise TypeError(f"'{path}' {fault}")
    try:
        hash(options())
    except TypeError as error:
        raise TypeError(f"'{path}' needs options that are hashable: {error}") from error
    return options


def _fault(options: Any, path: str) -> str:
    """Return what keeps a subclass of ``DatasetOptions`` from being a dataset, or ""."""
    if missing := sorted(options.__abstractmethods__):
        return f"lacks {', '.join(missing)}"
    typing.get_type_hints(options)  # a name that is not there is another mistake
    if "__dataclass_params__" not in vars(options) or not options.__dataclass_params__.frozen:
        return "must be decorated with @dataclass(frozen=True)"
    for field in dataclasses.fields(options):
        if field.default is field.default_factory is dataclasses.MISSING:
            return f"needs a default value of each field, but '{field.name}' has none"
    for name in ("published_epochs", "published_batch_size"):
        if not isinstance(getattr(options, name, None), int) or getattr(options, name) < 1:
            return f"needs the class variable {name}, a whole number above 0"
    own = f"{options.__module__}.{options.__qualname__}"
    if options.name != own and DATASETS.paths().get(options.name) != path:
        return (
            f"calls itself '{options.name}', by which it is not found: leave out its 'name', or "
            "give it that of its entry point"
        )
    return ""


DATASETS: "Plugins[type[DatasetOptions]]" = Plugins(
    "dataset", "unbraid.datasets", DATASET_PATHS, check_dataset, "my_data.MyOptions"
)
"""Every dataset: ours, those of other distributions, and any by its dotted path."""


def datasets_that(meet: "Callable[[type[DatasetOptions]], bool]") -> list[str]:
    """Return the names of the datasets that meet a condition, to suggest them in a message.

    All are imported; one of another distribution that cannot be is no reason to fail here.
    """
    names = []
    for name in DATASETS.paths():
        try:
            options = DATASETS.load(name)
        except UserError:
            continue
        if meet(options):
            names.append(name)
    return names


def load_dataset(options: "DatasetOptions", data_root: Path | None) -> "Dataset":
    """Return a dataset.

    Args:
        options: which one, and how.
        data_root: folder with real data files; None for the environment's ``UNBRAID_DATA``.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is not what it should be.
    """
    from harness.data.dataset import Dataset
    from harness.data.usable import require_usable

    with _named(options):
        dataset = options.load(_root(data_root))
    if not isinstance(dataset, Dataset):
        raise UserError(
            f"The dataset '{options.name}' loads {type(dataset).__name__}; it must load a "
            "harness.data.dataset.Dataset."
        )
    require_usable(dataset)
    return dataset


def planned_dataset(options: "DatasetOptions", data_root: Path | None) -> "DatasetOptions":
    """Return the options that a trial is planned with; raises as :func:`check_available`."""
    with _named(options):
        return options.planned(_root(data_root))


def training_images(options: "DatasetOptions", data_root: Path | None) -> int | None:
    """Return how many training images there are; None where only :func:`load_dataset` tells."""
    with _named(options):
        return options.n_training(_root(data_root))


def check_available(options: "DatasetOptions", data_root: Path | None) -> None:
    """Raise what :func:`load_dataset` would raise for its files, without keeping any of them."""
    with _named(options):
        options.check(_root(data_root))


@contextlib.contextmanager
def _named(options: "DatasetOptions") -> Iterator[None]:
    """Turn whatever reading a dataset raises into a message that names it."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # its files may be anything, and its code may be anybody's
        raise UserError(
            f"The dataset '{options.name}' cannot be read: {type(error).__name__}: {error}. "
            "(`unbraid --debug` shows where.)"
        ) from error


def _root(data_root: Path | None) -> Path | None:
    from_environment = os.environ.get("UNBRAID_DATA")
    if data_root is None and from_environment:
        return Path(from_environment).expanduser()
    return data_root
