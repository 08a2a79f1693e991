"""An error of any length takes no more than a screen or two of a row; all of it is in a file."""

from pathlib import Path

from harness.results import RunDirectory, load
from harness.results.records import LONGEST_ERROR, last_line
from tests.harness.results.helpers import synthetic


def test_a_long_error_is_cut_and_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    record = synthetic.record(0)
    record.error = f"Traceback\nbegins here\n{'x' * 20_000_000}\nValueError: ends here \ud800"
    with directory.lock():
        directory.create(synthetic.SWEEP, synthetic.plan(2), synthetic.COLUMNS)
        directory.write(record)
        short = synthetic.record(1)
        directory.write(short)
        (row,) = load(tmp_path / "run").trials.query("trial_id == @record.trial_id").itertuples()
        assert row.error.startswith("Traceback\nbegins here\n")
        assert row.error.endswith("ValueError: ends here \\ud800")
        assert len(row.error) < LONGEST_ERROR + 200
        (file,) = (tmp_path / "run" / "artifacts").glob("*.txt")
        assert f"characters, which are in artifacts/{file.name} ..." in row.error
        assert file.stat().st_size > 20_000_000
        directory.remove([record.trial_id])
    assert not file.exists(), "with its row its error is forgotten"


def test_the_last_line_of_an_error_is_short() -> None:
    assert last_line("Traceback\nValueError: x\n") == "ValueError: x"
    assert len(last_line("x" * 10_000)) < 200
    assert last_line("") == ""
