"""Methods by name and by path, including those of an installed distribution."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.method import Method
from models.registry import METHOD_PATHS, load_method, method_paths, summary

PLUGIN = '''
from dataclasses import dataclass
from typing import Annotated
from models.hyperparameters import Value
from models.method import Method

@dataclass(frozen=True)
class Hyperparameters:
    lr: Annotated[float, Value("l", "learning rate", "here")] = 1e-3

class Mine(Method):
    """Mine: one line.

    More lines.
    """
    Hyperparameters = Hyperparameters

class NoHyperparameters(Method):
    pass

@dataclass(frozen=True)
class Bare:
    lr: float = 1e-3

class Undescribed(Method):
    Hyperparameters = Bare

class NotAMethod:
    pass
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution with entry points, as pip would leave it on the path."""
    (tmp_path / "plugin_of_tests.py").write_text(PLUGIN)
    (tmp_path / "broken_plugin_of_tests.py").write_text("import a_missing_dependency\n")
    metadata = tmp_path / "plugin_of_tests-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: plugin-of-tests\nVersion: 1.0\n"
    )
    (metadata / "entry_points.txt").write_text(
        "[unbraid.methods]\nmine = plugin_of_tests:Mine\nvae = plugin_of_tests:Mine\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("plugin_of_tests", "broken_plugin_of_tests"):
        monkeypatch.delitem(sys.modules, module, raising=False)


@pytest.mark.parametrize("name", METHOD_PATHS)
def test_every_registered_method_loads_and_has_a_summary(name: str) -> None:
    method = load_method(name)
    assert issubclass(method, Method)
    assert load_method(METHOD_PATHS[name]) is method
    assert summary(method).endswith(".")
    assert summary(method) != summary(Method)


def test_names_are_known_without_importing_torch() -> None:
    code = "import sys, models.registry as r; r.method_paths(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_name_lists_the_known() -> None:
    known = ", ".join(sorted(METHOD_PATHS))
    with pytest.raises(LookupError, match=f"unknown method 'c_vita'; known: {known}"):
        load_method("c_vita")


@pytest.mark.parametrize("path", [".VAE", "models..VAE", "models.vae.vae."])
def test_malformed_path_is_an_unknown_method(path: str) -> None:
    with pytest.raises(LookupError, match="unknown method"):
        load_method(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_package.Method", "no module 'no_such_package'"),
        ("models.no_such_module.Method", r"no module 'models\.no_such_module'"),
        ("models.vae.vae.Nothing", r"module 'models\.vae' has no 'Nothing'"),
    ],
)
def test_path_that_leads_nowhere_says_where_it_ends(path: str, message: str) -> None:
    with pytest.raises(LookupError, match=message):
        load_method(path)


@pytest.mark.usefixtures("installed")
def test_method_of_another_distribution() -> None:
    assert method_paths()["mine"] == "plugin_of_tests.Mine"
    assert load_method("mine") is load_method("plugin_of_tests.Mine")
    assert summary(load_method("mine")) == "Mine: one line."
    assert method_paths()["vae"] == "models.vae.vae.VAE", "a name of ours cannot be taken"
    with pytest.raises(LookupError, match="mine"):
        load_method("min")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NotAMethod", "not a method"),
        ("Bare", "not a method"),
        ("NoHyperparameters", "needs a dataclass of hyperparameters"),
        ("Undescribed", r"Bare\.lr needs a Value"),
    ],
)
def test_what_is_not_a_method_is_refused(name: str, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        load_method(f"plugin_of_tests.{name}")


@pytest.mark.usefixtures("installed")
def test_missing_dependency_of_a_method_is_not_taken_for_a_missing_method() -> None:
    with pytest.raises(ModuleNotFoundError, match="a_missing_dependency"):
        load_method("broken_plugin_of_tests.Method")
