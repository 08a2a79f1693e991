"""The declaration that docs/differences.md shows is one that can be used."""

import re
from pathlib import Path

from reports.claims.differing import OWN, differing, read

TEXT = (Path(__file__).parents[2] / "docs" / "differences.md").read_text(encoding="utf-8")


def test_the_declaration_of_the_page_is_read_where_the_page_says(tmp_path: Path, monkeypatch):
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / OWN).mkdir()
    (tmp_path / OWN / "NAME.yaml").write_text(shown)
    assert f"`{OWN}/NAME.yaml`" in TEXT
    (of,) = read(tmp_path / OWN / "NAME.yaml")
    assert (of.measure.subject, of.measure.higher) == ("8", False)
    monkeypatch.chdir(tmp_path)
    assert differing("my_space") == [of]
