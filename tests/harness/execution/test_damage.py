"""Damaged files of a finished run are found, set aside, and what they held runs again."""

from pathlib import Path

import pytest

from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import SWEEP, TRIALS, finished, parts, same_results

MORE = 4
"""Trials that one more seed brings."""


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
def test_damaged_trials_run_again_beside_those_of_more_seeds_without_a_second_driver(
    start: Start, control: Path, copy: Path
) -> None:
    whole = parts(copy)
    damaged = damage(copy)
    status = start("status", copy)
    assert status.wait() == 1, status.err
    assert f"missing   {len(damaged):>6}" in status.out
    for file in damaged.values():
        assert f"problem: {file}" in status.out

    more = (*SWEEP, "seeds=5", f"run_dir={copy}")
    sweep = start(*more)
    sweep.until(lambda: "planned" in sweep.out)  # it is held from here on
    second = start(*more)
    assert second.wait() == 2
    assert f"is in use by process {sweep.process.pid} on " in second.err
    assert sweep.wait() == 0, sweep.err
    for file in damaged.values():
        assert f"put aside: {file}" in sweep.err
    assert f"{TRIALS + MORE} trials planned, {TRIALS - len(damaged)} finished" in sweep.out
    assert f"{len(damaged) + MORE} trials to run" in sweep.out
    assert len(finished(copy)) == TRIALS + MORE
    set_aside = {file.name for file in (copy / "corrupt").iterdir()}
    assert {f"{file.replace('/', '-0-')}" for file in damaged.values()} <= set_aside
    after = parts(copy)
    assert {trial for trial in finished(control) if changed(trial, whole, after)} == set(damaged)
    same_results(copy, control, further=MORE)


def changed(
    trial: str, before: dict[str, tuple[int, bytes]], after: dict[str, tuple[int, bytes]]
) -> bool:
    return any(before[name] != after[name] for name in before if trial in name)
