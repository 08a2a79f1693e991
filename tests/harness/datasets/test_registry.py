"""Datasets by name, by entry point and by dotted path."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import plugins
from harness.cli import main
from harness.data.options import DatasetOptions
from harness.datasets.registry import DATASET_PATHS, DATASETS, datasets_that
from harness.errors import UserError

PLUGIN = '''
from dataclasses import dataclass
from typing import ClassVar

from harness.data.options import DatasetOptions

class Base(DatasetOptions):
    published_epochs: ClassVar[int] = 1
    published_batch_size: ClassVar[int] = 2

    def load(self, data_root): ...
    def check(self, data_root): ...

@dataclass(frozen=True)
class Mine(Base):
    """Mine: one line."""
    name: ClassVar[str] = "mine"

@dataclass(frozen=True)
class Unnamed(Base):
    """Unnamed: one line."""
    side: int = 3

class NoDataclass(Base):
    pass

@dataclass
class Thawed(Base):
    pass

@dataclass(frozen=True)
class Misnamed(Base):
    name: ClassVar[str] = "mnist"

@dataclass(frozen=True)
class Demanding(Base):
    side: int

@dataclass(frozen=True)
class Unpublished(Base):
    published_epochs: ClassVar[int | None] = None

@dataclass(frozen=True)
class Unfinished(DatasetOptions):
    def check(self, data_root): ...

@dataclass(frozen=True)
class Failing(Base):
    def load(self, data_root):
        return {}["no such file"]

    check = load

class NotADataset:
    pass
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution with entry points, as pip would leave it on the path; one is broken."""
    (tmp_path / "data_of_tests.py").write_text(PLUGIN)
    (tmp_path / "broken_data_of_tests.py").write_text("import a_missing_dependency\n")
    metadata = tmp_path / "data_of_tests-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: data-of-tests\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[unbraid.datasets]\nmine = data_of_tests:Mine\nbroken = broken_data_of_tests:Broken\n"
        "gone = no_such_package_of_tests.module:Gone\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "_installed", plugins._installed.__wrapped__)
    yield
    for module in ("data_of_tests", "broken_data_of_tests"):
        sys.modules.pop(module, None)


@pytest.mark.parametrize("name", DATASET_PATHS)
def test_every_registered_dataset_loads(name: str) -> None:
    options = DATASETS.load(name)
    assert issubclass(options, DatasetOptions)
    assert f"{options.__module__}.{options.__qualname__}" == DATASET_PATHS[name]
    assert DATASETS.load(DATASET_PATHS[name]) is options


def test_the_names_and_their_summaries_are_known_without_importing_a_dataset() -> None:
    code = (
        "import sys; from harness.datasets.registry import DATASETS; "
        "[DATASETS.summary(name) for name in DATASETS.paths()]; "
        "print({'torch', 'sklearn', 'scipy', 'pandas', 'ray', 'numpy'} & set(sys.modules), "
        "[m for m in sys.modules if m.endswith('.dataset')])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert printed.strip() == "set() []"


def test_importing_all_options_takes_no_torch() -> None:
    code = (
        "import sys; from harness.datasets.registry import datasets_that; "
        "print(len(datasets_that(lambda options: True)), "
        "{'torch', 'sklearn', 'scipy', 'pandas', 'ray', 'PIL'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert printed.split() == [str(len(DATASET_PATHS)), "set()"]


@pytest.mark.usefixtures("installed")
def test_of_another_distribution_and_by_path() -> None:
    assert DATASETS.load("mine") is DATASETS.load("data_of_tests.Mine")
    assert DATASETS.summary("mine") == "Mine: one line."
    assert DATASETS.load("data_of_tests.Unnamed").name == "data_of_tests.Unnamed"


@pytest.mark.usefixtures("installed")
def test_a_broken_one_of_another_distribution_breaks_nothing_but_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "datasets"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines.keys() == {*DATASET_PATHS, "mine", "broken", "gone"}
    assert lines["mine"] == "Mine: one line."
    assert "no_such_package_of_tests" in lines["gone"]
    assert {*datasets_that(lambda options: True)} == {*DATASET_PATHS, "mine"}
    known = datasets_that(lambda options: options.camera_factor != "")
    assert known == ["people"]
    with pytest.raises(UserError, match="'a_missing_dependency', which is not installed"):
        DATASETS.load("broken")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NotADataset", "is not a dataset: it must be a subclass of"),
        ("NoDataclass", r"must be decorated with @dataclass\(frozen=True\)"),
        ("Thawed", r"must be decorated with @dataclass\(frozen=True\)"),
        ("Misnamed", "calls itself 'mnist', by which it is not found: leave out its 'name'"),
        ("Demanding", "needs a default value of each field, but 'side' has none"),
        ("Unpublished", "needs the class variable published_epochs, a whole number"),
        ("Unfinished", "lacks load"),
        ("Nothing", "has no 'Nothing'"),
    ],
)
def test_what_is_no_dataset_is_refused(name: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"dataset 'data_of_tests\.{name}'.*{message}"):
        DATASETS.load(f"data_of_tests.{name}")


def test_a_misspelt_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(
        UserError,
        match=r"no dataset 'mnits'\. Did you mean 'mnist'\? Known: arrays, bodies.*my_data\.MyO",
    ):
        DATASETS.load("mnits")


@pytest.mark.usefixtures("installed")
def test_whatever_reading_raises_becomes_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["dry_run=true"]):
        assert main(["sweep", "method=vae", "dataset._target_=data_of_tests.Failing", *more]) == 2
        said = capsys.readouterr().err
        assert (
            "The dataset 'data_of_tests.Failing' cannot be read: KeyError: 'no such file'." in said
        )
        assert "Traceback" not in said
