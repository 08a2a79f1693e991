"""What counts as the source of an array: the modules that make it, and no others."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from harness.data.cache import sources
from harness.data.cache.sources import modules_behind
from harness.datasets.people import drawn as people
from harness.datasets.registry import DATASET_PATHS

DRAWING = "harness.drawing"
HANDS = "harness.datasets.hands"
BY_HAND = {
    "harness.datasets.bodies": {"body", "painting", "shapes", "random"},
    "harness.datasets.digits": {"random"},
    "harness.datasets.faces.dataset": {
        "painting", "shapes", "colours", "random",
        "harness.datasets.faces.layers", "harness.datasets.faces.layout",
    },
    "harness.datasets.glyphs.dataset": {"vectors", "random", "harness.datasets.glyphs.strokes"},
    f"{HANDS}.procedural.drawn": {
        "shapes", "colours", "painting", "rods", "rod_painting", "textures", "vectors", "random",
        f"{HANDS}.canonical_pose",
        *(f"{HANDS}.procedural.{name}" for name in
          ("flesh", "gestures", "kinematics", "scenes", "factors", "camera")),
    },
    "harness.datasets.people.drawn": {
        "body", "shapes", "colours", "painting", "textures", "vectors", "random",
        *(f"harness.datasets.people.{name}" for name in ("figure", "poses", "scenes")),
    },
    "harness.datasets.norb.drawn": {
        "solids", "random", "harness.datasets.norb.toys", "harness.data.identity_frames",
    },
    "harness.datasets.norb.reading": {
        "harness.datasets.norb.file_format", "harness.data.files.binary",
    },
    "harness.datasets.sprites.drawn": {
        "shapes", "painting", "harness.datasets.sprites.figure", "harness.datasets.sprites.poses",
    },
    "harness.datasets.sprites.lpc": {"harness.data.files.npz"},
    "harness.datasets.smpl.images": {"harness.data.files.npz"},
    "harness.datasets.celeba.images": {"harness.data.files.photographs"},
    f"{HANDS}.crops": {"harness.data.files.photographs"},
    f"{HANDS}.rhd": {"harness.data.files.photographs"},
    "harness.datasets.vitae_samples": {"random", "models.vae.vitae", "harness.training.loop"},
    "harness.data.warp": {"random"},
}  # fmt: skip
"""Modules that each maker of arrays is known to depend on; drawing and random ones in short."""


def full(name: str) -> str:
    if "." in name:
        return name
    return "harness.keyed_random" if name == "random" else f"{DRAWING}.{name}"


@pytest.mark.parametrize("module", BY_HAND)
def test_everything_that_makes_pixels_counts(module: str) -> None:
    behind = modules_behind(module)
    assert behind >= {module, *map(full, BY_HAND[module])}
    assert not any(name.startswith("harness.data.cache") for name in behind)
    assert not behind & {"harness.errors", "harness.data.dataset", "harness.data.options"}


def test_what_is_drawn_does_not_depend_on_readers_of_files_or_other_datasets() -> None:
    for maker in ("harness.datasets.people.drawn", f"{HANDS}.procedural.drawn"):
        behind = modules_behind(maker)
        assert not any(name.startswith("harness.data.files") for name in behind)
    assert not any("hands" in name or "glyphs" in name for name in modules_behind(people.__name__))


def test_sources_are_read_once_a_process() -> None:
    sources.digest_of((people.render,))
    misses = sources._digest.cache_info().misses
    sources.digest_of((people.render,))
    assert sources._digest.cache_info().misses == misses


def test_a_partial_counts_as_its_function() -> None:
    whole = sources.digest_of((people.render,))
    assert sources.digest_of((partial(partial(people.render), look=None),)) == whole
    assert sources.digest_of((people.render, people.keypoints)) == whole


LIBRARY = {
    "main.py": (
        "from typing import TYPE_CHECKING\n"
        "import numpy\n"
        "from . import first\n"
        "from pack.second import value\n"
        "if TYPE_CHECKING:\n    from pack import types_alone\n"
        "def make():\n    try:\n        from pack.deep.third import value\n"
        "    finally:\n        import beside\n"
    ),
    "first.py": "from harness.drawing import vectors\n",
    "second.py": "from .deep import fourth as value\n",
    "types_alone.py": "",
    "unrelated.py": "",
    "deep/third.py": "from harness.data.dataset import Split\nvalue = 1\n",
    "deep/fourth.py": "from pack import main\n",  # a cycle
}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of a user's with a module beside it, on the path and never imported."""
    for name, text in LIBRARY.items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_text(text)
    for folder in ("pack", "pack/deep"):
        (tmp_path / folder / "__init__.py").write_text("")
    (tmp_path / "beside.py").write_text("value = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    forget()
    return tmp_path


def forget() -> None:
    for function in (sources._digest, sources._folder, sources._read, sources._file):
        function.cache_clear()


def test_imports_of_a_package_outside_are_followed_wherever_they_stand(library: Path) -> None:
    assert modules_behind("pack.main") == {
        "pack.main",
        "pack.first",
        "pack.second",
        "pack.deep.third",
        "pack.deep.fourth",
        "beside",
        "harness.drawing.vectors",
    }
    assert "pack.main" not in sys.modules


@pytest.mark.parametrize(
    ("edited", "counts"),
    [
        ("pack/main.py", True),
        ("pack/first.py", True),
        ("pack/second.py", True),
        ("pack/deep/third.py", True),
        ("pack/deep/fourth.py", True),
        ("beside.py", True),
        ("pack/unrelated.py", False),
        ("pack/types_alone.py", False),
    ],
)
def test_an_edit_changes_the_digest_of_what_depends_on_it(
    library: Path, edited: str, counts: bool
) -> None:
    before = sources._digest(("pack.main",))
    forget()
    assert sources._digest(("pack.main",)) == before
    with (library / edited).open("a") as file:
        file.write("# edited\n")
    assert sources._digest(("pack.main",)) == before, "read once a process"
    forget()
    assert (sources._digest(("pack.main",)) != before) == counts


def test_what_is_installed_beside_a_module_does_not_count(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_INSTALLED", {str(library)})
    forget()
    assert "beside" not in modules_behind("pack.main")
    assert "pack.first" in modules_behind("pack.main")


@pytest.mark.parametrize("path", DATASET_PATHS.values())
def test_every_dataset_is_behind_itself(path: str) -> None:
    assert modules_behind(path.rpartition(".")[0])


def test_a_look_at_what_a_module_imports_imports_nothing_that_is_deferred() -> None:
    code = (
        "import sys; from harness.deferred import defer; defer('torch')\n"
        "from harness.data.cache.sources import modules_behind\n"
        "assert modules_behind('harness.seeding')\n"
        "print('torch._C' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
