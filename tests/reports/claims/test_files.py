"""Declarations in YAML: what is read of them, and what of a mistake in one is said."""

from pathlib import Path

import pytest
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from harness.errors import UserError
from reports.claims.files import read_file, read_folder


@dataclass(config=ConfigDict(extra="forbid"))
class Said:
    text: str
    of: list[dict[str, object]]


SAID = """
text: 1e-4
of:
  - {method.lr: 1e-4, method.variant: e, scale.shuffle: false, method.widths: [64, 32]}
  - {dataset.name: 1e-4b}
"""


def test_values_of_a_configuration_are_numbers_and_other_text_stays(tmp_path: Path) -> None:
    """YAML 1.1 reads 1e-4, without a point, as text."""
    (tmp_path / "one.yaml").write_text(SAID)
    said = read_folder(tmp_path, Said)["one"]
    assert said.text == "1e-4"
    assert said.of[0] == {
        "method.lr": 1e-4,
        "method.variant": "e",
        "scale.shuffle": False,
        "method.widths": [64, 32],
    }
    assert said.of[1] == {"dataset.name": "1e-4b"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (SAID.replace("text:", "txet:"), r"wrong.yaml: .*txet: Unexpected keyword"),
        (SAID.replace("of:", "of: ["), "wrong.yaml is not YAML: line 4"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(tmp_path: Path, wrong: str, says: str) -> None:
    (tmp_path / "wrong.yaml").write_text(wrong)
    with pytest.raises(UserError, match=says):
        read_file(tmp_path / "wrong.yaml", Said)
