"""What every dataset keeps to, whatever it shows; see ``helpers.contract`` for the cases."""

import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from harness.data.dataset import Dataset, Split
from harness.data.options import DatasetOptions, WarpOptions, field_meanings
from harness.datasets.registry import DATASET_PATHS, DATASETS
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.contract import CASES, Case, Files

PUBLISHED = {
    "arrays": (100, 128),  # of images of one's own nothing is published
    "folder": (100, 128),
    "smpl": (5000, 256),  # VITAE, supplement, section 2
    "celeba": (5000, 256),
    "bodies": (5000, 256),
    "faces": (5000, 256),
    "mnist": (2000, 512),  # VITAE, details for MNIST experiments
    "digits": (2000, 512),
    "glyphs": (2000, 512),
    "vitae_samples": (2000, 512),
    "sprites": (round(100_000 * 64 / 43_344), 64),  # RoDi: 100,000 steps, of 64 pairs
    "norb": (round(100_000 * 64 / 24_300) + 1, 64),
    "people": (round(100_001 * 16 / 12_936), 16),  # RoDi's released code: steps of 16 pairs
    "mannequin": (round(300_000 * 64 / 10_000), 64),  # none published: Locatello et al.'s steps
    "humans": (50, 64),  # SemiX: 50 epochs; its batch size is not stated
    "scenes": (100, 64),  # none published
    "vkitti2": (100, 64),
    "shoes": (200, 64),  # SemiX states neither
    "lsp": (50, 64),
    "mpii": (50, 64),
    "hands": (200, 32),  # dVAE states none: two steps of 100 epochs
    "rhd": (200, 32),
    "stb": (200, 32),
    # Locatello et al. (2019): 300,000 steps of 64 images, here of nine tenths of each set.
    **{
        name: (round(300_000 * 64 / (0.9 * n)), 64)
        for name, n in {
            "dsprites": 737_280,
            "shapes3d": 480_000,
            "cars3d": 17_568,
            "smallnorb": 48_600,
            "mpi3d_toy": 1_036_800,
            "mpi3d_realistic": 1_036_800,
            "mpi3d_real": 1_036_800,
            "mpi3d_complex": 460_800,
            "falcor3d": 233_280,
            "isaac3d": 737_280,
        }.items()
    },
}


def of(chosen: Callable[[Case], object]) -> pytest.MarkDecorator:
    """Run a test with every case that is chosen."""
    cases = {name: case for name, case in CASES.items() if chosen(case)}
    return pytest.mark.parametrize("case", cases.values(), ids=cases)


each = of(lambda case: True)
with_files = of(lambda case: case.write)


@pytest.fixture(scope="module")
def written() -> dict[int, tuple[Path, Files]]:
    """Folder and files of each case, written once."""
    return {}


@pytest.fixture
def files(
    case: Case, written: dict[int, tuple[Path, Files]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Files]:
    if id(case) not in written:
        root = tmp_path_factory.mktemp("data")
        written[id(case)] = root, case.write(root) if case.write else Files()
    return written[id(case)]


@pytest.fixture
def root(files: tuple[Path, Files]) -> Path:
    return files[0]


@pytest.fixture(scope="module")
def loaded() -> dict[int, Dataset]:
    """The dataset of each case, loaded once for all tests that only look at it."""
    return {}


@pytest.fixture
def dataset(case: Case, root: Path, loaded: dict[int, Dataset]) -> Dataset:
    if id(case) not in loaded:
        loaded[id(case)] = case.load(root)
    return loaded[id(case)]


def same(a: Split, b: Split) -> None:
    """Fail unless two splits are equal, bit for bit."""
    np.testing.assert_array_equal(a.images, b.images)
    for ours, theirs in ((a.factors, b.factors), (a.modalities, b.modalities)):
        assert list(ours) == list(theirs)
        for name, values in ours.items():
            np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def both(dataset: Dataset) -> tuple[Split, Split]:
    return dataset.train, dataset.test


def test_every_dataset_is_here() -> None:
    assert {case.options.name for case in CASES.values()} == set(DATASET_PATHS)


@pytest.mark.parametrize("name", DATASET_PATHS)
def test_it_names_itself_and_its_published_training(name: str) -> None:
    options = DATASETS.load(name)
    assert options.name == name
    assert (options.published_epochs, options.published_batch_size) == PUBLISHED[name]
    summary = DATASETS.summary(name)
    assert summary == (options.__doc__ or "").partition("\n")[0]
    assert 20 < len(summary) < 90
    assert summary.endswith(".")
    fields = [field.name for field in dataclasses.fields(options)]  # type: ignore[arg-type]
    assert list(field_meanings(options)) == fields


@pytest.mark.parametrize("name", DATASET_PATHS)
def test_its_options_are_validated(name: str) -> None:
    options = DATASETS.load(name)
    adapter: TypeAdapter[Any] = TypeAdapter(options)
    assert adapter.validate_python({}) == options()
    if issubclass(options, WarpOptions):
        wrong: list[dict[str, Any]] = [{"warp": "often"}, {"rotate": 181}, {"translate": -0.1}]
    else:
        impossible = {"n_train": 0, "seed": -1, "downscale": 5, "source": "drawn"}
        wrong = [{o: impossible[o]} for o in impossible if hasattr(options, o)]
    assert wrong
    for values in wrong:
        with pytest.raises(ValidationError):
            adapter.validate_python(values)


@each
def test_images_factors_and_modalities_are_of_their_types_and_sizes(
    case: Case, dataset: Dataset
) -> None:
    assert dataset.name == case.options.name
    assert dataset.source == ("real" if case.write or dataset.name == "digits" else "procedural")
    for split in both(dataset):
        assert split.images.dtype == np.uint8
        assert split.images.shape == (len(split), case.channels, *case.size)
        shown = len(np.unique(split.factors.get("photograph", np.arange(len(split)))))
        assert len(np.unique(split.images.reshape(len(split), -1), axis=0)) > shown / 2
        for name, values in split.factors.items():
            assert values.shape == (len(split),), name
            assert values.dtype in (np.int64, np.float32), name
            assert np.isfinite(values).all(), name
        for name, values in split.modalities.items():
            assert (len(values), values.dtype) == (len(split), np.float32), name
            assert np.isfinite(values).all(), name
    assert dataset.train.modalities.keys() == dataset.test.modalities.keys()


@each
def test_the_spec_is_that_of_the_training_images(case: Case, dataset: Dataset) -> None:
    spec, train = dataset.spec, dataset.train
    assert spec.image_shape == (case.channels, *case.size)
    assert spec.n_train == len(train)
    labels = train.factors.get(dataset.identity_factor)
    assert spec.n_identities == (0 if labels is None else len(set(labels.tolist())))
    assert spec.modalities == {name: v.shape[1:] for name, v in train.modalities.items()}
    if case.has("n_train") and case.with_options().n_train is not None:  # type: ignore[attr-defined]
        assert len(train) == case.options.n_train  # type: ignore[attr-defined]


@each
def test_labels_are_counted_from_0_within_their_number(case: Case, dataset: Dataset) -> None:
    for split in both(dataset):
        for name, count in case.counts.items():
            values = split.factors[name]
            assert values.dtype == np.int64
            assert values.min() >= 0, name
            assert values.max() < count, name


@each
def test_the_factors_that_it_names_are_there(case: Case, dataset: Dataset) -> None:
    options = case.options
    named = {*dataset.appearance_factors, *dataset.pose_factors}
    assert len(named) == len(dataset.appearance_factors) + len(dataset.pose_factors)
    assert named <= set(dataset.test.factors)
    assert dataset.keypoints == options.keypoints
    for split in both(dataset):
        assert {f"{name}_{axis}" for name in dataset.keypoints for axis in "xy"} <= {*split.factors}
        given = [name for name in options.modalities if name not in options.on_request]
        assert list(split.modalities) == given
    for role in ("identity_factor", "frame_factor", "camera_factor"):
        name = getattr(options, role)
        assert getattr(dataset, role) in (name, "")
        if name in dataset.train.factors:
            assert dataset.train.factors[name].dtype == dataset.test.factors[name].dtype == np.int64
    assert dataset.known_identity == options.identity_factor, "pairs are allowed by the options"


@each
def test_it_is_the_same_every_time(
    case: Case, root: Path, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "another"))
    again = case.load(root)
    for one, other in zip(both(dataset), both(again), strict=True):
        same(one, other)
    if not case.write:
        assert not np.array_equal(again.train.images[:3], again.test.images[:3])


@of(lambda case: case.options.on_request)
def test_what_is_made_on_request_is_as_what_is_there(
    case: Case, root: Path, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = case.options.on_request
    assert set(asked) <= set(case.options.modalities)
    whole = case.options.requested(dataset, asked)
    fewer = {"n_train": len(dataset.train) - 2, "n_test": len(dataset.test) - 1}
    few = case.with_options(**fewer).requested(case.load(root, **fewer), asked)
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "another"))
    again = case.options.requested(dataset, asked)
    splits = zip(both(dataset), both(whole), both(again), both(few), strict=True)
    for before, split, once_more, smaller in splits:
        assert set(split.modalities) == set(case.options.modalities)
        same(replace(split, modalities={n: split.modalities[n] for n in before.modalities}), before)
        same(split, once_more)
        same(smaller, split.first(len(smaller)))
        for name in asked:
            values = split.modalities[name]
            assert (len(values), values.dtype) == (len(split), np.float32), name
            assert np.isfinite(values).all(), name
            one = case.options.requested(dataset, [name])
            assert {*one.train.modalities} == {*dataset.train.modalities, name}


@of(lambda case: case.has("n_train"))
def test_the_first_images_of_a_larger_one_are_those_of_a_smaller_one(
    case: Case, root: Path, dataset: Dataset
) -> None:
    smaller = case.load(root, n_train=len(dataset.train) - 2, n_test=len(dataset.test) - 1)
    assert len(smaller.train) == len(dataset.train) - 2
    for one, other in zip(both(smaller), both(dataset), strict=True):
        same(one, other.first(len(one)))


@of(lambda case: case.has("seed") and not case.write)
def test_another_seed_gives_other_images(case: Case, root: Path, dataset: Dataset) -> None:
    for one, other in zip(both(dataset), both(case.load(root, seed=3)), strict=True):
        images = zip(one.images, other.images, strict=True)
        assert not any(np.array_equal(image, another) for image, another in images)


@each
def test_it_and_its_options_are_sent_to_other_processes(case: Case, dataset: Dataset) -> None:
    assert pickle.loads(pickle.dumps(case.options)) == case.options
    assert hash(case.options) == hash(case.with_options())
    buffers: list[pickle.PickleBuffer] = []
    stream = pickle.dumps(dataset, protocol=5, buffer_callback=buffers.append)
    again = pickle.loads(stream, buffers=buffers)
    assert np.shares_memory(again.train.images, dataset.train.images)
    for one, other in zip(both(dataset), both(again), strict=True):
        same(one, other)


Ask = Callable[[DatasetOptions, Path], object]
ASK: dict[str, Ask] = {
    "check": lambda options, root: options.check(root),
    "load": lambda options, root: options.load(root),
}


@of(lambda case: not case.write)
def test_without_files_there_is_nothing_to_miss(case: Case) -> None:
    case.options.check(None)


@with_files
def test_files_that_are_there_pass_the_check(case: Case, root: Path) -> None:
    case.options.check(root)


@with_files
@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
def test_without_a_folder_the_remedy_is_named(case: Case, ask: Ask, tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        with pytest.raises(UserError, match=r"data_root=FOLDER .*UNBRAID_DATA"):
            ask(case.options, folder)  # type: ignore[arg-type]


@with_files
@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
def test_a_missing_file_is_named(case: Case, ask: Ask, files: tuple[Path, Files]) -> None:
    root, (needed) = files[0], files[1].needed
    for path in needed:
        content = path.read_bytes()
        path.unlink()
        try:
            with pytest.raises(UserError, match=path.name):
                ask(case.options, root)
        finally:
            path.write_bytes(content)


@with_files
@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@pytest.mark.parametrize("keep", [0.02, 0.6, 0.9])
def test_a_truncated_file_is_named(
    case: Case, ask: Ask, keep: float, files: tuple[Path, Files]
) -> None:
    root, (described, pixels) = files[0], (files[1].described, files[1].pixels)
    for path in [*described, *(pixels if ask is ASK["load"] else [])]:
        content = path.read_bytes()
        path.write_bytes(content[: int(keep * len(content))])
        try:
            with pytest.raises(CorruptFileError, match=str(path)):
                ask(case.options, root)
        finally:
            path.write_bytes(content)
