import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from harness.data.options import WarpOptions
from harness.datasets.glyphs.dataset import GlyphsOptions
from harness.datasets.registry import DATASET_PATHS, DATASETS, load_dataset
from models.method import DataSpec

OPTIONS = GlyphsOptions(n_train=50, n_test=20)


def test_spec() -> None:
    assert load_dataset(OPTIONS, None).spec == DataSpec((1, 28, 28), 50, n_identities=10)


def test_limited_keeps_the_first_of_each_split() -> None:
    whole = load_dataset(OPTIONS, None)
    part = whole.limited(train=7, test=30)
    assert (len(part.train), len(part.test)) == (7, 20)
    assert part.spec.n_train == 7
    np.testing.assert_array_equal(part.train.images, whole.train.images[:7])
    assert np.shares_memory(part.train.images, whole.train.images)
    for name, known in part.train.factors.items():
        np.testing.assert_array_equal(known, whole.train.factors[name][:7])
    assert len(whole.limited().train) == 50


def test_size_in_bytes() -> None:
    # An image has 28 x 28 bytes, a label 8, and eight other factors of glyphs 4 each.
    assert load_dataset(OPTIONS, None).nbytes == 70 * (28 * 28 + 8 + 8 * 4)


def test_a_dataset_pickles_without_copying_its_arrays() -> None:
    dataset = load_dataset(OPTIONS, None)
    buffers: list[pickle.PickleBuffer] = []
    stream = pickle.dumps(dataset, protocol=5, buffer_callback=buffers.append)
    assert len(stream) < 2000
    again = pickle.loads(stream, buffers=buffers)
    assert np.shares_memory(again.train.images, dataset.train.images)
    np.testing.assert_array_equal(again.test.factors["label"], dataset.test.factors["label"])


@pytest.mark.parametrize("name", DATASET_PATHS)
def test_every_dataset_names_itself_and_its_published_training(name: str) -> None:
    options = DATASETS.load(name)
    assert options.name == name
    assert options.summary
    large = name in ("smpl", "celeba", "bodies", "faces")  # VITAE, supplement, section 2
    published = (5000, 256) if large else (2000, 512)
    if name in ("sprites", "norb"):  # RoDi: 100,000 steps, of 64 pairs of 43,344 or 24,300 images
        published = {"sprites": (148, 64), "norb": (264, 64)}[name]
        steps = published[0] * {"sprites": 43_344, "norb": 24_300}[name] / 64
        assert steps == pytest.approx(100_000, rel=0.01)
    if name == "hands":  # dVAE states none: two steps of 100 epochs
        published = 200, 32
    if name == "people":  # RoDi's released code: 100,001 steps of 16 pairs on Market-1501
        published = round(100_001 * 16 / 12_936), 16
    if name in ("rhd", "stb"):  # dVAE states none: two steps of 100 epochs
        published = 200, 32
    assert (options.published_epochs, options.published_batch_size) == published


@pytest.mark.parametrize("name", DATASET_PATHS)
def test_options_are_validated(name: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(DATASETS.load(name))
    assert adapter.validate_python({}) == DATASETS.load(name)()
    if issubclass(DATASETS.load(name), WarpOptions):
        wrong: list[dict[str, Any]] = [{"warp": "often"}, {"rotate": 181}, {"translate": -0.1}]
    else:
        impossible = {"n_train": 0, "seed": -1, "downscale": 5}
        wrong = [{o: impossible[o]} for o in impossible if hasattr(DATASETS.load(name), o)]
    assert wrong
    for options in wrong:
        with pytest.raises(ValidationError):
            adapter.validate_python(options)


def test_the_registry_is_imported_without_torch_and_scikit_learn() -> None:
    code = (
        "import sys, harness.datasets.registry; "
        "print({'torch', 'sklearn', 'scipy', 'pandas', 'ray'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert printed.strip() == "set()"
