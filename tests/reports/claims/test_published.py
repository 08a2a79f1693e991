"""The one format of what papers have published: every file, and mistakes in one."""

from pathlib import Path

import pytest

from harness.config.search_spaces import load_space, space_files
from harness.errors import UserError
from harness.metrics.registry import known_keys
from reports.claims.published import publications, published, read
from reports.claims.stability import TESTS

GOOD = """
spaces: {my_space: toys}
source: Somebody 2020, Table 1
data: {toys: toys}
factor: method
columns: [{metric: mse}]
rows: {toys: {vae: [0.5]}}
statements:
  - {quote: a < b, where: Table 1, ascending: {mse: [[a], [b]]}}
"""


@pytest.mark.parametrize("name", publications())
def test_every_file_names_spaces_metrics_and_tests_that_there_are(name: str) -> None:
    known = publications()[name]
    assert set(known.spaces) <= set(space_files())
    assert {*known.metrics, *(m for s in known.statements for m in s.metrics)} <= set(known_keys())
    assert {s.test for s in known.statements if s.test} <= set(TESTS)
    for space in known.spaces:
        assert load_space(space).source, "a space whose paper is known says which it is"
        assert published(space).used


def test_no_space_is_named_twice() -> None:
    spaces = [space for known in publications().values() for space in known.spaces]
    assert len(spaces) == len(set(spaces))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("factor:", "facter:", "facter"),
        ("data: {toys: toys}", "data: {dolls: dolls}", "data does not say what toys is"),
        ("[0.5]", "[0.5, 1]", "vae has 2 of 1"),
        ("[0.5]", "[much]", "number"),
        ("ascending: {mse: [[a], [b]]}", "met: {}", "a statement needs one of test, met"),
        ("ascending:", "test: much_better, ascending:", "tests of stability need a subject"),
        ("source:", "sauce:", "source"),
        ("{quote", "{{quote", "bad.yaml"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD)
    assert read(path).metrics == ["mse"]
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UserError, match=message) as caught:
        read(path)
    assert "bad.yaml" in str(caught.value)
