import json
import re

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from reports.page.page import Page, Section, render
from reports.page.tables import Chooser, Column, Table, stacked
from tests.reports.helpers.browser import CHROMIUM, dumped
from tests.reports.helpers.reading_html import Document

# Sorts by each column up and down, filters, asks for more rows; says what is shown.
PROBE = """
<script>
const said = {};
const figure = document.getElementById("probed");
const shown = (column) =>
  [...figure.querySelector("tbody").rows].map((tr) => tr.cells[column].textContent);
const headers = figure.querySelectorAll("th button");
said.start = shown(0).length;
headers[1].click(); said.up = shown(1).slice(0, 3);
headers[1].click(); said.down = shown(1).slice(0, 3); said.last = shown(1).at(-1);
headers[0].click(); said.text = shown(0).slice(0, 3);
const more = figure.querySelector(".more button");
if (more) { more.click(); said.more = shown(0).length; }
const input = figure.querySelector("input");
input.value = " 007 <B>"; input.dispatchEvent(new Event("input"));
said.filtered = shown(0); said.count = figure.querySelector("output").textContent;
said.details = figure.querySelectorAll("tbody details").length;
document.body.innerHTML = "";
document.body.dataset.said = JSON.stringify(said);
</script>
"""


def table(n):
    numbers = [float(i * 37 % n) for i in range(n - 1)] + [np.nan]
    return Table(
        "probed",
        "A table.",
        [
            Column("name", [f"row {i:03d}" for i in range(n)]),
            Column(
                "number",
                ["–" if np.isnan(x) else f"−{x:g}" for x in numbers],
                [-x for x in numbers],
            ),
            Column("error", [f"line\n<b>{i}</b>" for i in range(n)]),
        ],
        pd.DataFrame({"number": numbers}),
    )


def in_a_browser(html, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(html.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    (body,) = (a for tag, a in Document(dumped(path)).elements if tag == "body")
    return json.loads(body["data-said"])


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
@pytest.mark.parametrize("n", [80, 500])
def test_sorting_and_filtering_in_a_browser(n, tmp_path):
    """A short table works on its written rows, a long one on its JSON; both behave alike."""
    page = Page("Title", "", Markup(""), [Section("One", [table(n)])])
    said = in_a_browser(render(page), tmp_path)
    assert said["start"] == min(n, 200)
    numbers = sorted(float(i * 37 % n) for i in range(n - 1))
    assert said["up"] == [f"−{x:g}" for x in numbers[::-1][:3]]
    assert said["down"] == [f"−{x:g}" for x in numbers[:3]]
    assert said["last"] == "–" or n > 200  # what has no number stays last in both directions
    assert said["text"] == ["row 000", "row 001", "row 002"]
    assert said.get("more") == (400 if n > 200 else None)
    assert said["filtered"] == ["row 007"]  # both words, in any case
    assert said["count"] == f"1 of {n} rows"
    assert said["details"] == 1


def test_written_rows():
    document = Document(f"<table>{table(3).body()}</table>")
    assert "row 000" in document.words
    assert [a["data-key"] for _, a in document.elements if "data-key" in a] == ["0", "-1", ""]
    assert document.words.count("line <b>0</b>") == 1
    assert table(3).rest() is None


def test_a_long_table_writes_some_rows_and_keeps_all():
    long = table(500)
    assert long.body().count("<tr>") == 200
    kept = json.loads(long.rest())
    assert len(kept["cells"]) == 500
    assert kept["cells"][7][2] == "line\n<b>7</b>"
    assert kept["keys"][0] is None
    assert kept["keys"][1][-1] is None
    assert "<" not in long.rest()


def test_parts_are_numbered_by_kind():
    page = Page("Title", "", Markup(""), [Section("One", [table(3), Markup("<p>Prose</p>")])])
    html = render(page)
    assert re.search(r"<b>Table 1\.</b> A table\.", html)
    assert "<p>Prose</p>" in html


def test_columns_in_groups_stand_below_a_common_heading():
    columns = [Column("a", ["x"]), *(Column(t, ["1"], [1.0], "both") for t in "bc")]
    grouped = Table("grouped", "A table.", columns, pd.DataFrame({"a": [1]}))
    assert grouped.groups == [("", 1, 1), ("both", 2, 2)]
    html = render(Page("Title", "", Markup(""), [Section("One", [grouped])]))
    assert '<th scope="colgroup" colspan="2"><span>both</span></th>' in html
    assert table(3).groups == []


def test_long_tables_and_appendices_are_folded_and_say_what_they_hold():
    sections = [Section("One", [table(3)]), Section("Two", [table(40)], folded=True)]
    html = render(Page("Title", "", Markup(""), sections))
    assert html.count("<details open>") == 1
    assert "<summary>40 rows</summary>" in html
    assert "<summary>3 rows</summary>" not in html
    assert '<span class="holding">1 table</span>' in html
    assert html.count('<li><a href="#section-') == 2


def test_an_interval_stands_on_its_own_line():
    assert stacked("−1.2 [−1.5, −0.9]") == "−1.2 <small>[−1.5, −0.9]</small>"
    assert stacked("–") == "–"


def chosen(**more):
    """A table of two metrics, one of them hidden at first, and of two kinds of rows."""
    columns = [
        Column("method", ["vae", "rodi"]),
        Column("mean", ["1", "2"], [1.0, 2.0], "MIG", ("c-mig",)),
        Column("mean", ["3", "4"], [3.0, 4.0], "SAP", ("c-sap",), descending=True),
    ]
    metrics = Chooser("Metrics", {"c-mig": "MIG", "c-sap": "SAP"}, frozenset({"c-mig"}))
    rows = Chooser(
        "Supervision", {"r-none": "none", "r-pairs": "pairs"}, frozenset({"r-none", "r-pairs"})
    )
    kinds = [("r-none",), ("r-pairs",)]
    data = pd.DataFrame({"a": [1, 2]})
    return Table(
        "chosen", "A table.", columns, data, choosers=[metrics, rows], row_choices=kinds, **more
    )


def test_what_is_not_chosen_is_hidden_by_style_alone():
    made = chosen()
    assert made.hidden == {"c-sap"}
    assert made.groups == [("", 1, 1), ("MIG", 1, 1), ("SAP", 1, 0)]
    html = render(Page("Title", "", Markup(""), [Section("One", [made])]))
    assert '<style id="hiding">.c-sap { display: none }</style>' in html
    assert '<tr class="r-pairs"><td>rodi</td><td class="n c-mig">2</td>' in html
    assert '<th scope="col" class="n c-sap" data-descending>mean</th>' in html
    assert '<input type="checkbox" value="c-mig" checked> MIG' in html
    assert '<input type="checkbox" value="c-sap"> SAP' in html
    assert "hiding" not in render(Page("Title", "", Markup(""), [Section("One", [table(3)])]))


def test_a_table_with_choices_writes_all_its_rows_unfolded():
    n = 300
    columns = [Column("row", [f"row {i}" for i in range(n)])]
    data, every = pd.DataFrame({"row": range(n)}), Chooser("Rows", {"r-all": "all"}, frozenset())
    made = Table("long", "A table.", columns, data, choosers=[every], row_choices=[("r-all",)] * n)
    assert (made.folded, made.rest(), made.filters) == (False, None, True)
    assert made.body().count('<tr class="r-all">') == n


def test_a_section_is_found_by_its_anchor():
    sections = [Section("One", []), Section("vae", [], anchor="method-vae")]
    html = render(Page("Title", "", Markup(""), sections))
    assert '<a href="#method-vae">' in html
    assert '<section id="method-vae">' in html


def test_a_table_is_downloaded_as_latex_where_it_has_any():
    document = Document(
        render(Page("T", "", Markup(""), [Section("One", [chosen(latex="\\toprule é")])]))
    )
    assert document.downloads["chosen.tex"].decode() == "\\toprule é"
    assert "LaTeX" not in render(Page("T", "", Markup(""), [Section("One", [chosen()])]))


def test_a_dot_between_settings_stays_on_the_line_of_the_one_before():
    columns = [Column("variant", ["semix · use_targets=True"])]
    body = Table("variants", "Variants.", columns, pd.DataFrame()).body()
    assert "semix\u00a0· use_targets=True" in body
