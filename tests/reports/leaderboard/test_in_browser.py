"""A made-up leaderboard in a browser: sorted, filtered, followed, and measured at two widths."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.reports.helpers.browser import CHROMIUM, said_in_frames, with_script
from tests.reports.helpers.reading_html import Document

WIDTHS = (1200, 500)
HELPERS = Path(__file__).parents[1] / "helpers"


@pytest.fixture(scope="module")
def seen(drawn, tmp_path_factory):
    """What a reader sees, by script and width; all in one go, as the browser starts slowly."""
    if not CHROMIUM:
        pytest.skip("no chromium is installed")
    folder = tmp_path_factory.mktemp("board")
    for name in ("measuring", "acting"):
        script = (HELPERS / f"{name}.js").read_text(encoding="utf-8")
        page = with_script(drawn, script, name)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    frames = [*(("measuring.html", width) for width in WIDTHS), ("acting.html", 1200)]
    found = said_in_frames(folder, frames)
    return {(m["name"], m["at"]): m.get("faults", m.get("said")) for m in found}


@pytest.fixture
def acted(seen):
    return seen["acting", 1200]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_overlaid_or_empty(width, seen):
    assert seen["measuring", width] == []


def test_a_column_sorts_both_ways_best_first_and_unscored_last(acted):
    down, up = acted["sorts"]
    assert acted["focused"]
    assert (down["by"], up["by"]) == ("descending", "ascending")
    for sort, reverse in ((down, True), (up, False)):
        known = [key for key in sort["keys"] if key is not None]
        assert known == sorted(known, reverse=reverse)
        assert sort["keys"][: len(known)] == known
    assert acted["byName"] == sorted(acted["byName"])
    assert acted["sorted"] == 1


def test_rows_are_filtered_by_supervision_in_all_tables_and_by_words(acted):
    assert "rodi" in acted["first"]
    without = [name for name in acted["byName"] if not name.startswith("rodi")]
    assert acted["withoutPairs"] == without
    assert acted["count"] == f"{len(without)} of {len(acted['byName'])} rows"
    assert sorted(acted["elsewhere"]) == sorted(without)
    assert acted["searched"] == ["c_vitae, default"]


def test_columns_are_chosen_and_headings_span_what_is_shown(acted):
    first, every, without_iqm = acted["columns"]
    assert first == [3 + 3 * 3, 3 + 3 * 3]
    assert every == [3 + 3 * 6, 3 + 3 * 6]
    assert without_iqm == [3 + 2 * 6, 3 + 2 * 6]
    assert acted["chosen"] == "6 of 6"


def test_a_methods_link_unfolds_its_section(acted):
    assert acted["folded"]
    assert (acted["hash"], acted["opened"]) == ("#method-rodi", True)
    assert abs(acted["at"]) < 100


def test_a_packed_download_is_saved_unpacked_with_the_numbers_of_the_table(acted, drawn, numbers):
    assert acted["left"] == [False, False], "the browser would have saved the packed file, too"
    saved = dict(acted["saved"])
    assert sorted(saved) == ["on-mannequin.csv", "on-mannequin.tex"]
    document = Document(drawn)
    for name, text in saved.items():
        assert text.encode() == document.downloads[name]
    rows = pd.read_csv(io.StringIO(saved["on-mannequin.csv"]))
    mean = rows[rows["metric"] == numbers.chosen.name].set_index("entry")["mean"]
    shown = dict(acted["inTable"])
    assert {name.partition(" default (also")[0] for name in shown} == set(mean.index)
    for name, key in shown.items():
        value = mean[name.partition(" default (also")[0]]
        assert value == pytest.approx(np.nan if key is None else key, rel=1e-6, nan_ok=True)


def test_nothing_is_asked_of_the_network(acted, drawn):
    assert acted["requests"] == []
    told = [
        value
        for _, attributes in Document(drawn).elements
        for name, value in attributes.items()
        if name in ("src", "href", "xlink:href", "action") and not value.startswith(("#", "data:"))
    ]
    assert told == []
    assert re.findall(r"url\((?!#)|@import|fetch\(|XMLHttpRequest|https?://", drawn) == []
