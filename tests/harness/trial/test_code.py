"""The source of a method, dataset or metric from outside is in the row, and is not mixed."""

import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.sweep import resolve
from harness.data.cache import sources
from harness.methods import METHODS
from harness.results import load
from harness.trial import code
from tests.harness.helpers.command_line import Capture, complaint

METHOD = """
from models.vae.vae import VAE
from my_part import factor

class Mine(VAE):
    def objective(self, batch, noise, values):
        loss, terms = super().objective(batch, noise, values)
        return factor * loss, terms
"""


def forget() -> None:
    """Do as a new process would: import and read again."""
    for name in ("my_method", "my_part"):
        sys.modules.pop(name, None)
    METHODS._checked.pop("my_method.Mine", None)
    for cached in (code._digests, sources._read, sources._file, sources._digest):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "my_method.py").write_text(METHOD)
    (tmp_path / "my_part.py").write_text("factor = 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forget()
    return tmp_path


def test_what_is_ours_has_no_code_of_its_own() -> None:
    (trial,) = resolve(["method=vae", "dataset=digits", "seeds=1"]).trials
    assert code.code_of([trial]) == {}
    assert code.code_fingerprint(trial) is None


def test_modules_behind_a_method_of_ones_own(mine: Path) -> None:
    (trial,) = resolve(["method._target_=my_method.Mine", "dataset=digits", "seeds=1"]).trials
    (thing, digests), *others = code.code_of([trial]).items()
    assert (thing, set(digests), others) == ("method my_method.Mine", {"my_method", "my_part"}, [])
    before = code.code_fingerprint(trial)
    (mine / "my_part.py").write_text("factor = 2.0\n")
    assert code.code_fingerprint(trial) == before, "this process runs what it has imported"
    forget()
    assert code.code_fingerprint(trial) != before


def test_an_edited_method_is_not_mixed_with_its_results(mine: Path, capsys: Capture) -> None:
    run = mine / "run"
    words = ["method._target_=my_method.Mine", "dataset=digits", "scale=smoke", "scale.epochs=1"]
    command = ["train", *words, "scale.train_limit=64", f"run_dir={run}"]
    assert main(command) == 0
    assert load(run).trials["env.code_fingerprint"].notna().all()
    assert main(command) == 0, "nothing has changed"
    (mine / "my_part.py").write_text("factor = 2.0\n")
    forget()
    said = complaint(capsys, *command)
    assert "method my_method.Mine: changed in my_part\n" in said
    assert "mix_code=true" in said
    assert main([*command, "mix_code=true"]) == 0
