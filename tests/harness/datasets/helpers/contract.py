"""Every dataset, small: what to ask of it, and the files of those that need some."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.datasets.arrays.dataset import ArraysOptions
from harness.datasets.bodies import BodiesOptions
from harness.datasets.celeba.dataset import ATTRIBUTES, FOLDER, LANDMARKS, PARTITION, CelebaOptions
from harness.datasets.digits import DigitsOptions
from harness.datasets.faces.dataset import FacesOptions
from harness.datasets.folder.dataset import FolderOptions
from harness.datasets.glyphs.dataset import GlyphsOptions
from harness.datasets.grids.dsprites.dataset import DspritesOptions
from harness.datasets.grids.mpi3d import Mpi3dOptions
from harness.datasets.grids.nvidia import LabelledOptions
from harness.datasets.grids.shapes3d.dataset import Shapes3dOptions
from harness.datasets.hands.procedural.dataset import HandsOptions
from harness.datasets.hands.rhd import RhdOptions
from harness.datasets.hands.stb import StbOptions
from harness.datasets.humans.dataset import HumansOptions
from harness.datasets.mannequin.dataset import MannequinOptions
from harness.datasets.mnist.dataset import TEST_FILES, TRAIN_FILES, MnistOptions
from harness.datasets.norb.dataset import NorbOptions
from harness.datasets.people.dataset import PeopleOptions
from harness.datasets.scenes.dataset import ScenesOptions
from harness.datasets.scenes.vkitti2 import Vkitti2Options
from harness.datasets.shoes.dataset import ShoesOptions
from harness.datasets.smpl.dataset import SmplOptions
from harness.datasets.sprites.dataset import SpritesOptions
from harness.datasets.vitae_samples import VitaeSamplesOptions
from harness.datasets.wild.lsp import LspOptions
from harness.datasets.wild.mpii import MpiiOptions
from tests.harness.datasets.hands.helpers.photographs import write_rhd, write_stb
from tests.harness.datasets.helpers import grid_files as grids
from tests.harness.datasets.helpers.celeba_files import write_celeba
from tests.harness.datasets.helpers.identity_frame_files import write_lpc, write_norb, write_reed
from tests.harness.datasets.helpers.idx_files import write_mnist
from tests.harness.datasets.helpers.own_files import BESIDE, write_arrays, write_pictures
from tests.harness.datasets.helpers.people_files import write_lists, write_market
from tests.harness.datasets.helpers.shoe_files import write_shoes
from tests.harness.datasets.helpers.smpl_files import labels, write_smpl
from tests.harness.datasets.helpers.vkitti2_files import write_vkitti2
from tests.harness.datasets.helpers.wild_files import write_lsp, write_lspet, write_mpii


@dataclass(frozen=True)
class Files:
    """Some of the files of a dataset, one of each kind.

    Attributes:
        needed: files that both ``check`` and ``load`` name when they are not there.
        described: files of which both notice that they are truncated.
        pixels: files whose truncation only ``load`` notices, because it alone decodes them.
    """

    needed: list[Path] = field(default_factory=list)
    described: list[Path] = field(default_factory=list)
    pixels: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """A dataset at a small size.

    Attributes:
        options: its options.
        channels: C of its images.
        size: height and width of its images.
        counts: number of values of some of its integer factors, counted from 0.
        write: writes its files below a folder; None where it needs none.
    """

    options: DatasetOptions
    channels: int
    size: tuple[int, int]
    counts: Mapping[str, int] = field(default_factory=dict)
    write: Callable[[Path], Files] | None = None

    def load(self, root: Path, **changes: Any) -> Dataset:
        return self.with_options(**changes).load(root if self.write else None)

    def with_options(self, **changes: Any) -> DatasetOptions:
        changed: DatasetOptions = replace(self.options, **changes)  # type: ignore[type-var]
        return changed

    def has(self, name: str) -> bool:
        return hasattr(self.options, name)


def _mnist(root: Path) -> Files:
    write_mnist(root / "mnist")
    files = [root / "mnist" / name for name in TRAIN_FILES + TEST_FILES]
    return Files(needed=files, described=files)


def _smpl(root: Path) -> Files:
    path = write_smpl(root, lambda n: {"labels": labels(n)})
    files = [path, path.with_name("testing.npz")]
    return Files(needed=files, described=files)


def _celeba(root: Path) -> Files:
    folder = write_celeba(root)
    photograph = folder / FOLDER / "000001.jpg"
    tables = [folder / name for name in (ATTRIBUTES, LANDMARKS, PARTITION)]
    return Files([tables[0], photograph], tables, [photograph])


def _rhd(root: Path) -> Files:
    folder = write_rhd(root)
    labels = [folder / part / f"anno_{part}.pickle" for part in ("training", "evaluation")]
    images = [folder / "training" / kind / "00000.png" for kind in ("color", "mask")]
    return Files([*labels, *images], labels, images)


def _stb(root: Path) -> Files:
    folder = write_stb(root)
    labels, image = folder / "labels/B1Random_BB.mat", folder / "images/B3Counting/BB_right_1.png"
    return Files([labels, image], [labels], [image])


def _lsp(root: Path) -> Files:
    folder = write_lsp(root)
    image = folder / "images/im0002.jpg"
    return Files([folder / "joints.mat", image], [folder / "joints.mat"], [image])


def _lspet(root: Path) -> Files:
    write_lsp(root)
    folder = write_lspet(root)
    image = folder / "images/im00002.jpg"
    return Files([folder / "joints.mat", image], [folder / "joints.mat"], [image])


def _mpii(root: Path) -> Files:
    folder = write_mpii(root)
    lists = [folder / "annot" / name for name in ("train.json", "valid.json")]
    image = folder / "images/000000002.jpg"
    return Files([*lists, image], lists, [image])


def _norb(root: Path) -> Files:
    files = list(write_norb(root / "norb").values())
    return Files(needed=files, described=files)


def _reed(root: Path) -> Files:
    folder = write_reed(root / "sprites")
    return Files(described=[folder / "sprites_3.mat"])


def _lpc(root: Path) -> Files:
    path = write_lpc(root / "sprites")
    return Files(needed=[path], described=[path])


def _shoev2(root: Path) -> Files:
    folder = write_shoes(root)
    lists = [
        folder / f"{kind}_{split}.txt"
        for kind in ("photo", "sketch")
        for split in ("train", "test")
    ]
    images = [folder / "ShoeV2_photo/2002.png", folder / "ShoeV2_sketch/2004_2.png"]
    return Files([*lists, *images], [], images)


def _market(root: Path) -> Files:
    folder = write_market(root)
    return Files(pixels=[folder / "query/0003_c1s6_015971_00.jpg"])


def _listed(root: Path) -> Files:
    lines = {
        "train.csv": ["a,x/0.jpg", "a,x/1.jpg", "b,x/2.jpg"],
        "test.csv": ["c,y/0.jpg", "c,y/1.jpg", "d,y/2.jpg"],
    }
    folder = write_lists(root, lines)
    image = folder / "x/1.jpg"
    return Files([folder / "train.csv", folder / "test.csv", image], [], [image])


def _array(write: Callable[[Path], Path]) -> Callable[[Path], Files]:
    """Of a set in one file, which says how many images it holds."""

    def written(root: Path) -> Files:
        path = write(root)
        return Files(needed=[path], described=[path])

    return written


def _mpi3d(options: type[Mpi3dOptions]) -> Callable[[Path], Files]:
    return _array(partial(grids.write_mpi3d, options=options))


def _cars3d(root: Path) -> Files:
    paths = grids.write_cars3d(root)
    return Files(pixels=paths[2:])


def _smallnorb(root: Path) -> Files:
    paths = grids.write_smallnorb(root)
    return Files(needed=paths, described=paths)


def _labelled(options: type[LabelledOptions]) -> Callable[[Path], Files]:
    def written(root: Path) -> Files:
        labels, image = grids.write_nvidia(root, options)
        return Files([labels, image], [labels], [image])

    return written


def _arrays(ending: str) -> Callable[[Path], Files]:
    def write(root: Path) -> Files:
        path = write_arrays(root / f"mine{ending}", **BESIDE)
        return Files(needed=[path], described=[path])

    return write


def _folder(root: Path) -> Files:
    images = write_pictures(root / "mine")
    return Files([root / "mine/table.csv", images[3]], [], [images[5]])


def _vkitti2(root: Path) -> Files:
    inner, outer, rgb, depth = write_vkitti2(root)
    return Files([inner, outer, rgb, depth], [], [rgb, depth])


_FEW = {"n_train": 9, "n_test": 7}
_TOY = {"category": 5, "instance": 10, "elevation": 9, "azimuth": 18, "lighting": 6}
_SPRITE = {"body": 7, "action": 5, "direction": 4}
_DSPRITE = {"shape": 3, "scale": 6, "orientation": 40, "x": 32, "y": 32}
_MANNEQUIN = {"identity": 80, "frame": 7200, "pose": 12, "azimuth": 8, "build": 4, "palette": 5}
_HUMAN = {"clothes": 4, "palette": 5, "camera": 4, "subject": 47, "identity": 940, "action": 30}
_ARM = {"object_color": 2, "object_shape": 3, "object_size": 2, "horizontal": 2, "vertical": 2}
_OWN = {"identity_factor": "identity", "test_fraction": 0.3}
_LABEL = {"label": 3, "identity": 5}
_SHOE = {"kind": 5, "seams": 4, "material": 4, "colour": 9, "accent": 9, "sole_colour": 4}
_PEOPLE = {"camera": 6, "query": 2, "direction": 8}

CASES: dict[str, Case] = {
    "arrays npz": Case(ArraysOptions("mine.npz", **_OWN), 3, (12, 8), _LABEL, _arrays(".npz")),
    "arrays hdf5": Case(ArraysOptions("mine.h5", **_OWN), 3, (12, 8), _LABEL, _arrays(".h5")),
    "arrays parquet": Case(
        ArraysOptions("mine.parquet", **_OWN), 3, (12, 8), _LABEL, _arrays(".parquet")
    ),
    "bodies": Case(BodiesOptions(downscale=4, **_FEW), 1, (100, 50), {"pose": 4}),
    "celeba": Case(CelebaOptions(downscale=4), 3, (32, 32), {"male": 2, "young": 2}, _celeba),
    "digits": Case(DigitsOptions(), 1, (28, 28), {"label": 10}),
    "faces": Case(FacesOptions(downscale=4, **_FEW), 3, (32, 32), {"male": 2, "eyeglasses": 2}),
    "folder": Case(
        FolderOptions("mine", table="mine/table.csv", **_OWN), 3, (12, 8), {"identity": 5}, _folder
    ),
    "glyphs": Case(GlyphsOptions(**_FEW), 1, (28, 28), {"label": 10}),
    "hands": Case(
        HandsOptions(downscale=4, **_FEW), 3, (64, 64), {"background": 6, "visible_wrist": 2}
    ),
    "humans": Case(HumansOptions(**_FEW), 3, (64, 64), _HUMAN),
    "humans with all": Case(
        HumansOptions(
            joints=32, masks=True, street=True, label_fraction=0.6, wild_fraction=0.3, **_FEW
        ),
        3,
        (64, 64),
        _HUMAN,
    ),
    "lsp": Case(LspOptions(), 3, (64, 64), {"visible_head": 2}, _lsp),
    "lsp extended": Case(LspOptions(extended=True), 3, (64, 64), {}, _lspet),
    "mpii": Case(MpiiOptions(), 3, (64, 64), {"visible_head": 2}, _mpii),
    "mannequin": Case(MannequinOptions(**_FEW), 3, (64, 64), _MANNEQUIN),
    "mannequin small": Case(MannequinOptions(downscale=2, **_FEW), 3, (32, 32), _MANNEQUIN),
    "mnist": Case(MnistOptions(), 1, (28, 28), {"label": 10}, _mnist),
    "norb": Case(NorbOptions(downscale=3, **_FEW), 1, (32, 32), _TOY),
    "norb real": Case(NorbOptions("real", downscale=3, **_FEW), 1, (32, 32), _TOY, _norb),
    "people": Case(PeopleOptions(downscale=4, **_FEW), 3, (32, 16), _PEOPLE),
    "people square": Case(PeopleOptions(square=True, downscale=4, **_FEW), 3, (64, 64), _PEOPLE),
    "people market": Case(PeopleOptions("real", downscale=4), 3, (32, 16), {}, _market),
    "people listed": Case(PeopleOptions("real", downscale=4), 3, (32, 16), {}, _listed),
    "rhd": Case(RhdOptions(downscale=4), 3, (64, 64), {"right": 2}, _rhd),
    "shoes": Case(ShoesOptions(label_fraction=0.5, **_FEW), 3, (64, 64), _SHOE),
    "shoes real": Case(ShoesOptions("real"), 3, (64, 64), {}, _shoev2),
    "smpl": Case(SmplOptions(downscale=4), 1, (100, 50), {"pose": 4}, _smpl),
    "sprites": Case(SpritesOptions(downscale=2, **_FEW), 3, (32, 32), _SPRITE),
    "sprites lpc": Case(SpritesOptions("real", downscale=2, **_FEW), 3, (32, 32), {}, _lpc),
    "sprites reed": Case(SpritesOptions("real", downscale=2, **_FEW), 3, (32, 32), {}, _reed),
    "stb": Case(StbOptions(downscale=4), 3, (64, 64), {"sequence": 12, "camera": 2}, _stb),
    "cars3d": Case(grids.SmallCars3d(**_FEW), 3, (64, 64), {"object_type": 4, "frame": 6}, _cars3d),
    "dsprites": Case(DspritesOptions(**_FEW), 1, (64, 64), _DSPRITE),
    "dsprites color": Case(
        grids.SmallDsprites(background="color", **_FEW), 3, (64, 64), {"scale": 2}
    ),
    "dsprites noise": Case(
        grids.SmallDsprites(background="noise", **_FEW), 3, (64, 64), {"scale": 2}
    ),
    "dsprites real": Case(
        grids.SmallDsprites(source="real", **_FEW), 1, (64, 64), {}, _array(grids.write_dsprites)
    ),
    "dsprites hdf5": Case(
        grids.SmallDsprites(source="real"), 1, (64, 64), {}, _array(grids.write_dsprites_hdf5)
    ),
    "falcor3d": Case(grids.SmallFalcor3d(**_FEW), 3, (64, 64), {}, _labelled(grids.SmallFalcor3d)),
    "isaac3d": Case(grids.SmallIsaac3d(**_FEW), 3, (64, 64), {}, _labelled(grids.SmallIsaac3d)),
    "mpi3d_complex": Case(
        grids.SmallMpi3dComplex(**_FEW), 3, (64, 64), {}, _mpi3d(grids.SmallMpi3dComplex)
    ),
    "mpi3d_real": Case(
        grids.SmallMpi3dReal(**_FEW), 3, (64, 64), _ARM, _mpi3d(grids.SmallMpi3dReal)
    ),
    "mpi3d_realistic": Case(
        grids.SmallMpi3dRealistic(**_FEW), 3, (64, 64), _ARM, _mpi3d(grids.SmallMpi3dRealistic)
    ),
    "mpi3d_toy": Case(grids.SmallMpi3dToy(**_FEW), 3, (64, 64), _ARM, _mpi3d(grids.SmallMpi3dToy)),
    "shapes3d": Case(Shapes3dOptions(**_FEW), 3, (64, 64), {"shape": 4, "orientation": 15}),
    "shapes3d real": Case(
        grids.SmallShapes3d(source="real", **_FEW),
        3,
        (64, 64),
        {"shape": 2},
        _array(grids.write_shapes3d),
    ),
    "smallnorb": Case(
        grids.SmallSmallNorb(**_FEW), 1, (64, 64), {"category": 2, "azimuth": 3}, _smallnorb
    ),
    "scenes": Case(ScenesOptions(size=32, **_FEW), 6, (32, 48), {"n_objects": 9}),
    "vkitti2": Case(Vkitti2Options(n_train=6, n_test=3), 6, (64, 208), {}, _vkitti2),
    "vitae_samples": Case(VitaeSamplesOptions(epochs=1, **_FEW), 1, (28, 28)),
}  # type: ignore[arg-type]
