"""A ``sweep.yaml`` that is missing, empty or altered: each command says what is wrong with it."""

from pathlib import Path

import pytest
import yaml

from tests.harness.helpers.command_line import Capture, complaint

COMMANDS = {
    "status": ("status", "RUN"),
    "report": ("report", "RUN"),
    "resume": ("resume", "RUN"),
    "evaluate": ("evaluate", "RUN", "metrics=[mse]"),
    "export": ("export", "RUN", "--format", "csv", "--out", "tables"),
    "leaderboard": ("leaderboard", "RUN"),
    "compare": ("compare", "RUN", "RUN"),
}


def altered(text: str, how: str) -> str | None:
    """Return the text of the file in which something is wrong; None for no file."""
    sweep = yaml.safe_load(text)
    changed = {
        "renamed": {("setings" if key == "settings" else key): v for key, v in sweep.items()},
        "many": {**sweep, "trials": "many"},
        "list": [1, 2],
        "no version": {key: v for key, v in sweep.items() if key != "schema_version"},
        "metrics": {**sweep, "metrics": "elbo"},
        "swept": {**sweep, "swept": ["method"]},
    }
    if how == "missing":
        return None
    return {"empty": "", "torn": text[:40] + "\n\t- ["}.get(how) or (
        "" if how == "empty" else yaml.safe_dump(changed[how])
    )


SAID = {
    "missing": "it is missing",
    "empty": "it is empty",
    "torn": "torn or altered (line 4, column 1: found character ",
    "list": "`schema_version` is no number",
    "no version": "`schema_version` is no number",
    "many": "`trials` is 'many'; a whole number is expected",
    "metrics": "`metrics` is 'elbo'; a list is expected",
    "swept": "`swept` is ['method']; a mapping is expected",
}


@pytest.fixture
def text(finished_run: Path) -> str:
    return (finished_run / "sweep.yaml").read_text()


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("how", SAID)
def test_what_is_wrong_with_it_and_the_remedy(
    finished_run: Path, text: str, capsys: Capture, how: str
) -> None:
    path = finished_run / "sweep.yaml"
    if (new := altered(text, how)) is None:
        path.unlink()
    else:
        path.write_text(new)
    try:
        for words in COMMANDS.values():
            said = complaint(capsys, *(str(finished_run) if w == "RUN" else w for w in words))
            assert SAID[how] in said
            assert f"delete {finished_run.name}" not in said
            assert "delete plan.parquet beside it and run the sweep's command again" in said
    finally:
        path.write_text(text)


@pytest.mark.usefixtures("workplace")
def test_settings_under_another_name(finished_run: Path, text: str, capsys: Capture) -> None:
    (finished_run / "sweep.yaml").write_text(str(altered(text, "renamed")))
    try:
        for name in ("resume", "evaluate"):
            words = COMMANDS[name]
            said = complaint(capsys, *(str(finished_run) if w == "RUN" else w for w in words))
            assert "there is no `settings` in it" in said
    finally:
        (finished_run / "sweep.yaml").write_text(text)
