"""Sweeps from Python: the words of the command line, and what is the caller's stays his."""

import signal
import threading
from pathlib import Path
from typing import Any

import pytest

import unbraid
from harness import api
from harness.config.overrides import parse
from harness.errors import UserError
from harness.results import load


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the command would have been given."""
    given: list[str] = []
    monkeypatch.setattr(api, "_run", lambda _, o, v: given.extend(_collected(o, v)))
    return given


def _collected(overrides: Any, values: Any) -> list[str]:
    return [word for each in (*overrides, values) for word in api._as_words(each)]


def test_keys_and_values_become_words(words: list[str]) -> None:
    unbraid.sweep(
        "space=vitae_mnist",
        {"method.lr": [1e-4, 1e-3], "method.encoder_widths": (64, 32)},
        method=["vae", "my_methods.Mine"],
        metrics=["elbo", "mse"],
        run_dir=Path("a folder") / "it's",
        trials=None,
        retry_failed=True,
    )
    parsed = {o.key_or_group: o for o in parse(words)}
    swept = {k: list(o.sweep_iterator()) for k, o in parsed.items() if o.is_sweep_override()}
    assert swept == {"method.lr": [1e-4, 1e-3], "method": ["vae", "my_methods.Mine"]}
    values = {k: o.value() for k, o in parsed.items() if k not in swept}
    assert values == {
        "space": "vitae_mnist",
        "method.encoder_widths": [64, 32],
        "metrics": ["elbo", "mse"],
        "run_dir": "a folder/it's",
        "trials": None,
        "retry_failed": True,
    }


@pytest.mark.parametrize("given", [{"dry_run": True}, "dry_run=true"])
def test_a_plan_has_no_results(given: Any) -> None:
    with pytest.raises(UserError, match="use `unbraid sweep` for it"):
        unbraid.sweep(given)


def test_a_mistake_is_raised_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no method 'nope'"):
        unbraid.sweep(method="nope", run_dir=tmp_path / "run")
    with pytest.raises(UserError, match="use `unbraid sweep`"):
        unbraid.train(method=["vae", "c_vitae"], run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_trial_leaves_signals_as_they_were(tmp_path: Path) -> None:
    def mine(*_: object) -> None: ...

    before = signal.signal(signal.SIGTERM, mine)
    try:
        results = unbraid.train(
            {"scale.epochs": 1, "scale.train_limit": 64, "scale.test_limit": 16},
            method="vae",
            dataset="digits",
            scale="smoke",
            run_dir=tmp_path / "run",
        )
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)
    assert results.trials["status"].tolist() == ["ok"]
    assert unbraid.load(tmp_path / "run").trials.equals(load(tmp_path / "run").trials)
    assert unbraid.report(results, out=tmp_path / "page.html") == tmp_path / "page.html"
    assert type(unbraid.load_model(tmp_path / "run")).__name__ == "VAE"


def test_another_thread_is_refused(tmp_path: Path) -> None:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            unbraid.train(method="vae", scale="smoke", run_dir=tmp_path / "run")
        except UserError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])
