"""No configuration reads the environment, whose secrets would end in run directories."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.sweep import resolve
from harness.errors import UserError
from harness.provenance import ENV_COLUMNS, code_version, machine

SECRET = "planted-9c1d"
REFUSED = "may only name another key|Cannot read"
READING = (
    "${oc.env:PLANTED}",
    "${oc.decode:${oc.env:PLANTED}}",
    "a${oc.env:PLANTED,b}c",
    "${oc.${oc_part}:PLANTED}",
)


@pytest.mark.parametrize("value", READING)
@pytest.mark.parametrize("form", ["{}", "[{}]", "{{a: {}}}", "choice({},b)"])
def test_a_value_cannot_read_the_environment(
    value: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    with pytest.raises(UserError, match=REFUSED) as refused:
        resolve([f"method.network={form.format(value)}"])
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("part", ["fixed", "sweep", "each", "at_scale"])
def test_nor_can_a_search_space(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    reading = "{method.network: '${oc.env:PLANTED}'}"
    if part in ("each", "at_scale"):
        reading = f"{{{'vae' if part == 'each' else 'smoke'}: {reading}}}"
    fixed = "" if part == "fixed" else "fixed: {method: vae, scale: smoke}\n"
    space = tmp_path / "space.yaml"
    space.write_text(f"title: t\n{fixed}{part}: {reading}\n")
    with pytest.raises(UserError, match="may only name another key") as refused:
        resolve([f"space={space}"])
    assert SECRET not in str(refused.value)


def test_a_value_may_name_another_key() -> None:
    assert resolve(["seed=7", "seeds=${seed}"]).settings.seeds == 7


def test_keys_in_a_location_are_refused_before_anything_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ["method=vae", "scale=smoke", f"run_dir='s3://ME:{SECRET}@bucket/run?region=eu'"]
    assert main(["sweep", *given]) == 2
    told = capsys.readouterr()
    assert "Leave them out and set AWS_ACCESS_KEY_ID" in told.err
    assert SECRET not in told.out + told.err


def test_what_is_kept_of_the_environment_is_a_list_of_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    kept = {**machine(), **code_version()}
    assert set(kept) <= set(ENV_COLUMNS)
    assert SECRET not in json.dumps(kept)
