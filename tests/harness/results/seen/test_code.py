"""Results of different code of a user's are not put side by side unless they are asked for."""

from pathlib import Path

import pandas as pd
import pytest

from harness.errors import UserError
from harness.results.seen.code import CODE, mixed_code, require_same_code
from harness.results.storage import Storage

THEN = {
    "method my.Tiny": {"my": "a", "nets": "b"},
    "metric my_metrics.sharpness": {"my_metrics": "c"},
}
NOW = {**THEN, "method my.Tiny": {"my": "a", "nets": "z", "losses": "d"}}


def test_other_code_is_refused_with_what_differs(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    require_same_code(storage, THEN, finished=False, mix=False)
    require_same_code(storage, THEN, finished=True, mix=False)
    with pytest.raises(UserError, match=r"method my\.Tiny: changed in losses, nets\n") as error:
        require_same_code(storage, NOW, finished=True, mix=False)
    assert "mix_code=true" in str(error.value)
    assert "sharpness" not in str(error.value)


def test_it_may_be_asked_for_and_is_then_what_counts(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    require_same_code(storage, THEN, finished=True, mix=False)
    require_same_code(storage, NOW, finished=True, mix=True)
    require_same_code(storage, NOW, finished=True, mix=False)
    with pytest.raises(UserError, match="other code"):
        require_same_code(storage, THEN, finished=True, mix=False)


def test_a_thing_that_is_new_is_welcome_and_remembered(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    require_same_code(storage, THEN, finished=True, mix=False)
    require_same_code(storage, {"dataset d.O": {"d": "1"}}, finished=True, mix=False)
    with pytest.raises(UserError, match="dataset d"):
        require_same_code(storage, {"dataset d.O": {"d": "2"}}, finished=True, mix=False)
    with pytest.raises(UserError, match="method my"):
        require_same_code(storage, NOW, finished=True, mix=False)


def test_without_results_all_code_is_welcome(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    require_same_code(storage, THEN, finished=False, mix=False)
    require_same_code(storage, NOW, finished=False, mix=False)
    require_same_code(storage, NOW, finished=True, mix=False)


def test_nothing_is_written_where_all_is_ours_and_a_torn_file_is_named(tmp_path: Path) -> None:
    require_same_code(Storage(tmp_path), {}, finished=True, mix=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / CODE).write_text("{")
    with pytest.raises(UserError, match=r"code\.json cannot be read.*Delete it if"):
        require_same_code(Storage(tmp_path), THEN, finished=True, mix=False)


def test_what_is_mixed_is_said_by_method_and_dataset() -> None:
    rows = pd.DataFrame(
        {
            "method": ["a", "a", "b", "b", "vae"],
            "dataset": ["d", "d", "d", "e", "d"],
            "env.code_fingerprint": ["1", "2", "3", "4", None],
        }
    )
    (line,) = mixed_code(rows)
    assert line.startswith("results of different code: a on d ran 2 versions")
    assert mixed_code(rows.drop(index=1)) == []
    assert mixed_code(rows[["method", "dataset"]]) == []
