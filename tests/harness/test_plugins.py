"""Things by name and by path, as methods are: ours, those of a distribution, anybody's."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness import plugins
from harness.errors import UserError
from harness.methods import METHODS
from models.method import Method
from models.registry import METHOD_PATHS

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
    class Nested(Mine):
        """Nested: one line."""
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
        "nested = plugin_of_tests:NotAMethod.Nested\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "_installed", plugins._installed.__wrapped__)
    for module in ("plugin_of_tests", "broken_plugin_of_tests"):
        monkeypatch.delitem(sys.modules, module, raising=False)


@pytest.mark.parametrize("name", METHOD_PATHS)
def test_every_registered_method_loads_and_has_a_summary(name: str) -> None:
    method = METHODS.load(name)
    assert issubclass(method, Method)
    assert METHODS.load(METHOD_PATHS[name]) is method
    assert METHODS.summary(name).endswith(".")
    assert METHODS.summary(name) == method.__doc__.partition("\n")[0]


def test_names_and_summaries_are_known_without_importing_torch() -> None:
    code = (
        "import sys; from harness.methods import METHODS; "
        "[METHODS.summary(name) for name in METHODS.paths()]; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_name_lists_the_known() -> None:
    known = ", ".join(sorted(METHOD_PATHS))
    with pytest.raises(
        UserError, match=f"no method 'c_vita'. Did you mean 'c_vitae'. Known: {known}"
    ):
        METHODS.load("c_vita")


@pytest.mark.parametrize("path", [".VAE", "models..VAE", "models.vae.vae."])
def test_malformed_path_is_an_unknown_method(path: str) -> None:
    with pytest.raises(UserError, match="There is no method"):
        METHODS.load(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_package.Method", "no module 'no_such_package'"),
        ("models.no_such_module.Method", r"no module 'models\.no_such_module'"),
        ("models.vae.vae.Nothing", r"'models\.vae\.vae' has no 'Nothing'"),
    ],
)
def test_path_that_leads_nowhere_says_where_it_ends(path: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        METHODS.load(path)


@pytest.mark.usefixtures("installed")
def test_method_of_another_distribution() -> None:
    assert METHODS.paths()["mine"] == "plugin_of_tests.Mine"
    assert METHODS.load("mine") is METHODS.load("plugin_of_tests.Mine")
    assert METHODS.summary("mine") == "Mine: one line."
    assert METHODS.paths()["vae"] == "models.vae.vae.VAE", "a name of ours cannot be taken"
    with pytest.raises(UserError, match="mine"):
        METHODS.load("min")


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
    with pytest.raises(UserError, match=message):
        METHODS.load(f"plugin_of_tests.{name}")


@pytest.mark.usefixtures("installed")
def test_a_nested_class_goes_by_its_path() -> None:
    assert METHODS.load("nested").__qualname__ == "NotAMethod.Nested"
    assert METHODS.summary("nested") == "Nested: one line."
    with pytest.raises(UserError, match=r"'plugin_of_tests\.NotAMethod' has no 'Other'"):
        METHODS.load("plugin_of_tests.NotAMethod.Other")


@pytest.mark.usefixtures("installed")
def test_missing_dependency_of_a_method_is_not_taken_for_a_missing_method() -> None:
    with pytest.raises(UserError, match="a_missing_dependency"):
        METHODS.load("broken_plugin_of_tests.Method")


@pytest.mark.usefixtures("installed")
def test_what_is_loaded_again_is_checked_once_and_what_replaces_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = []

    def check(thing: object, path: str) -> object:
        checked.append(thing)
        return thing

    things = plugins.Plugins("thing", "unbraid.things", {}, check, "my_package.Thing")
    first = things.load("plugin_of_tests.Mine")
    assert things.load("plugin_of_tests.Mine") is first
    assert checked == [first]
    monkeypatch.setattr("plugin_of_tests.Mine", int)
    assert things.load("plugin_of_tests.Mine") is int
    assert checked == [first, int]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise SystemExit", "importing its module failed: SystemExit"),
        ("raise RuntimeError('at import')", "importing its module failed: RuntimeError: at import"),
        ("def __getattr__(name):\n    raise ValueError(name)", "ValueError: X"),
        ("x = (", "importing its module failed: SyntaxError"),
        ("raise ModuleNotFoundError('nameless')", "needs 'nameless'"),
    ],
)
def test_whatever_a_strangers_module_does_becomes_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, said: str
) -> None:
    (tmp_path / "stranger_of_tests.py").write_text(source + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "stranger_of_tests", raising=False)
    with pytest.raises(UserError, match=said):
        METHODS.load("stranger_of_tests.X")


def test_a_list_survives_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "_installed", lambda group: {"gone": "no_such_package.m.Gone"})
    assert METHODS.summary("gone").endswith(
        "there is no module 'no_such_package' on this Python's path.)"
    )
