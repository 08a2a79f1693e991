"""A sweep over several datasets: each is reported by itself."""

from tests.reports.helpers.datasets import on_two_datasets
from tests.reports.helpers.reading_html import report


def test_datasets_are_reported_one_by_one(tmp_path):
    """Groups of two datasets are never compared, and each has its own family and drawings."""
    made = on_two_datasets()
    document = report(made, tmp_path, "comparison")
    words = document.words
    for dataset in ("digits", "glyphs"):
        assert f"{dataset}: Result" in words
        assert set(document.csv(f"{dataset}-metrics")["group"]) == {"vae", "c_vitae"}
    assert "·" not in "".join(document.csv("digits-differences")["group"])
    assert all(n == 1 for n in document.ids.values())
    assert "the images of glyphs are rendered" in words
