"""What is there is not overwritten, and what is not ours never."""

from pathlib import Path

import pytest

from harness.errors import UserError
from harness.export.formats import FORMATS, check_options, find_format
from harness.export.target import MARK, find_target, make_folder, require_free, write_file

CSV, BOARD = FORMATS["csv"], FORMATS["tensorboard"]


def refused(message: str) -> "pytest.RaisesContext[UserError]":
    return pytest.raises(UserError, match=message)


def test_where_an_export_goes(tmp_path: Path) -> None:
    assert find_target("run", None, CSV, "trials.csv") == Path("run/trials.csv")
    assert find_target("run", "a/b.csv", CSV, "trials.csv") == Path("a/b.csv")
    assert find_target("run", "folder", CSV, "trials.csv") == Path("folder/trials.csv")
    assert find_target("run", str(tmp_path), CSV, "trials.csv") == tmp_path / "trials.csv"
    assert find_target("run", "boards/v1.2", BOARD, "tensorboard") == Path("boards/v1.2")


def test_a_name_that_promises_another_format_is_refused() -> None:
    with refused(r"writes \.csv: name out\.csv rather than out\.parquet"):
        find_target("run", "out.parquet", CSV, "trials.csv")


def test_a_run_elsewhere_needs_a_place_here() -> None:
    with refused("say where to write, --out"):
        find_target("s3://bucket/run", None, CSV, "trials.csv")
    with refused("name a file or folder of this machine"):
        find_target("run", "s3://bucket/x.csv", CSV, "trials.csv")


def test_a_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.csv"
    require_free(path, force=False)
    write_file(path, b"one")
    with refused(r"x\.csv exists\. Replace it with --force, or name another with --out"):
        require_free(path, force=False)
    require_free(path, force=True)
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in path.parent.iterdir()] == ["x.csv"]


def test_force_clears_a_folder_of_ours_and_no_other(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    make_folder(ours)
    (ours / "old").write_text("old")
    with refused("--force"):
        require_free(ours, force=False)
    require_free(ours, force=True)
    make_folder(ours)
    assert [each.name for each in ours.iterdir()] == [MARK]
    theirs.mkdir()
    require_free(theirs, force=False)  # empty
    (theirs / "thesis.tex").write_text("years of work")
    for force in (False, True):
        with refused("no export has made: it is left alone"):
            require_free(theirs, force=force)


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with refused(r"Cannot write .*file/x\.csv: .*Name another place with --out"):
        write_file(tmp_path / "file" / "x.csv", b"")
    with refused(r"Cannot write .*file/board: "):
        make_folder(tmp_path / "file" / "board")


def test_a_format_is_found_or_the_nearest_named() -> None:
    assert find_format("csv") is CSV
    with refused("There is no format 'tensorbord'. Did you mean 'tensorboard'. Known: csv, "):
        find_format("tensorbord")


def test_an_option_of_another_format_is_refused() -> None:
    check_options(CSV, {"curves": True, "decimals": None, "metrics": None})
    with refused("--decimals says nothing to --format csv; it belongs to latex"):
        check_options(CSV, {"decimals": 0})
    with refused("--curves says nothing to --format latex; it belongs to csv and parquet"):
        check_options(FORMATS["latex"], {"curves": True})
