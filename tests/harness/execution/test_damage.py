"""Damaged files of a finished run are found, set aside, and what they held runs again."""

from pathlib import Path

import pytest

from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import SWEEP, TRIALS, finished, parts, same_results


def damage(run: Path) -> dict[str, str]:
    """Truncate one file, flip a bit in another, empty a third; return them by trial."""
    first, second, third = sorted(finished(run))[:3]
    truncated = run / "trials" / f"part-{first}.parquet"
    truncated.write_bytes(truncated.read_bytes()[:-1])
    flipped = run / "curves" / f"part-{second}.parquet"
    data = bytearray(flipped.read_bytes())
    data[len(data) // 3] ^= 0b100
    flipped.write_bytes(data)
    emptied = run / "trials" / f"part-{third}.parquet"
    emptied.write_bytes(b"")
    files = (truncated, flipped, emptied)
    return {
        trial: str(file.relative_to(run))
        for trial, file in zip((first, second, third), files, strict=True)
    }


@pytest.mark.timeout(600)
def test_damaged_files_are_reported_and_their_trials_run_again(
    start: Start, control: Path, copy: Path
) -> None:
    whole = parts(copy)
    damaged = damage(copy)
    status = start("status", copy)
    assert status.wait() == 1, status.err
    assert f"missing   {len(damaged):>6}" in status.out
    for file in damaged.values():
        assert f"problem: {file}" in status.out

    sweep = start(*SWEEP, f"run_dir={copy}")
    assert sweep.wait() == 0, sweep.err
    for file in damaged.values():
        assert f"put aside: {file}" in sweep.err
    assert f"{TRIALS} trials planned, {TRIALS - len(damaged)} finished" in sweep.out
    assert f"{len(damaged)} trials to run" in sweep.out
    set_aside = {file.name for file in (copy / "corrupt").iterdir()}
    assert {f"{file.replace('/', '-0-')}" for file in damaged.values()} <= set_aside
    after = parts(copy)
    assert {trial for trial in finished(copy) if changed(trial, whole, after)} == set(damaged)
    same_results(copy, control)


def changed(
    trial: str, before: dict[str, tuple[int, bytes]], after: dict[str, tuple[int, bytes]]
) -> bool:
    return any(before[name] != after[name] for name in before if trial in name)
