import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import reports
from reports.layout.grid import STATUSES, lay_out
from tests.reports.helpers.reading_html import report, undrawn_report
from tests.reports.helpers.synthetic import TRANSFORMS, Sweep, results, without


def none_finished():
    made = results()
    return without(made, made.plan["trial_id"].tolist())


def nothing_planned():
    made = none_finished()
    return replace(made, plan=made.plan.iloc[:0])


def all_diverged():
    return results(Sweep(diverges_at=dict.fromkeys(TRANSFORMS, 1e-5)))


def bare():
    """A sweep file without anything but the report's kind, and no environment in the rows."""
    made = results()
    extra = [c for c in made.trials if c.startswith(("env.", "time.", "metric.k", "metric.l"))]
    return replace(made, sweep={"report": "stability"}, trials=made.trials.drop(columns=extra))


def one_seed():
    return results(Sweep(seeds=1))


def one_factor():
    return results(Sweep(rates=(1e-3,)))


def no_curves():
    made = results()
    return replace(made, curves=made.curves.iloc[:0])


def no_learning_rate():
    made = results()
    for frame in (made.plan, made.trials):
        del frame["param.method.lr"]
    return made


def random_search():
    made = results(Sweep(seeds=1, rates=tuple(np.geomspace(1e-5, 1e-1, 40))))
    made.sweep["swept"]["method.lr"] = "tag(log,interval(1e-5,1e-1))"
    return made


def many_groups():
    made = results()
    for frame in (made.plan, made.trials):
        frame["param.method.beta"] = np.arange(60) % 10 + 1.0
    made.sweep["swept"]["method.beta"] = list(range(1, 11))
    return made


ODD = [
    all_diverged,
    bare,
    many_groups,
    no_curves,
    no_learning_rate,
    none_finished,
    nothing_planned,
    one_factor,
    one_seed,
    random_search,
]


@pytest.fixture(scope="module")
def document_of(tmp_path_factory):
    """Each kind of run is reported once for all tests."""
    return cache(lambda make: report(make(), tmp_path_factory.mktemp(make.__name__)))


@pytest.fixture(scope="module")
def usual(document_of):
    return document_of(results)


@pytest.mark.parametrize("make", [results, *ODD], ids=lambda make: make.__name__)
def test_every_report_is_well_formed_and_self_contained(make, document_of):
    document = document_of(make)
    assert document.ids.most_common(1)[0][1] == 1, "two elements share an id"
    for tag, attributes in document.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            link = attributes.get(name)
            assert link is None or link.startswith(("#", "data:")), (tag, link)
        assert tag not in {"link", "iframe", "object", "embed"}
        assert not any(name.startswith("on") for name in attributes)
    for tag, text in document.raw:
        outside = r"@import|url\(\s*['\"]?(?!#)" if tag == "style" else r"https?://|\bfetch\("
        assert not re.search(outside, text)


@pytest.mark.parametrize("make", [results, *ODD], ids=lambda make: make.__name__)
def test_references_within_a_drawing_lead_somewhere(make, document_of):
    document = document_of(make)
    used = {a["xlink:href"][1:] for _, a in document.elements if "xlink:href" in a}
    clips = {a["clip-path"][5:-1] for _, a in document.elements if "clip-path" in a}
    assert used | clips <= set(document.ids)


@pytest.mark.parametrize("make", [results, *ODD], ids=lambda make: make.__name__)
def test_no_trial_is_dropped(make, document_of):
    made, document = make(), document_of(make)
    counts = lay_out(made).counts
    assert counts["planned"] == len(made.plan) == sum(counts[status] for status in STATUSES)
    for name, n in counts.items():
        assert f"{n} {name}" in document.words
    if counts["planned"]:
        trials = document.parquet("trials")
        assert trials["trial_id"].tolist() == made.plan["trial_id"].tolist()
        assert trials["status"].value_counts().to_dict() == {
            s: counts[s] for s in STATUSES if counts[s]
        }


def test_what_a_run_without_results_says(document_of):
    assert "holds no trials" in document_of(nothing_planned).words
    assert "None of the 60 planned trials has finished yet" in document_of(none_finished).words
    assert "No trial ended with a finite test ELBO" in document_of(all_diverged).words


def test_same_results_same_bytes(usual, tmp_path):
    again = reports.build(results(), None, tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == usual.html


def test_the_header_tells_what_was_run(usual):
    for said in (
        "C-VITAE, learning rate × affine parametrization",
        "unbraid sweep space=vitae_stability seeds=5",
        "3f786850e387550fdab836ed7e6dc881de23001b, with uncommitted changes",
        "are rendered, not those of a published set.",
        "The paper's data: mnist; this run's: glyphs.",
        "torch 2.13.0",
        "host laptop",
    ):
        assert said in usual.words
    assert "Incomplete" not in usual.words


def test_real_data_at_the_published_scale_carry_no_mark(tmp_path):
    made = results(Sweep(data_source="real"))
    made.sweep["scale"] = "paper"
    assert "cannot be compared" not in undrawn_report(made, tmp_path).words


def test_an_incomplete_run_says_so(tmp_path):
    made = without(results(), [f"{i:012x}" for i in (3, 4)])
    made.trials.loc[0, ["status", "error"]] = ["failed", "Traceback\n  line\nRuntimeError: boom"]
    document = undrawn_report(
        replace(made, problems=["curves/part-x.parquet: torn; left out"]), tmp_path
    )
    assert "Incomplete: of 60 planned trials 2 not finished and 1 failed." in document.words
    assert "curves/part-x.parquet: torn; left out" in document.words
    assert "RuntimeError: boom" in document.words


def test_the_figures_data_are_the_trials(usual):
    made = results()
    drawn = usual.parquet("stability")
    pd.testing.assert_frame_equal(drawn, usual.csv("stability"), check_dtype=False)
    ours = drawn.dropna(subset="value").sort_values(["group", "level", "seed"])
    theirs = made.trials.dropna(subset="metric.elbo").sort_values(
        ["param.method.transform", "param.method.lr", "seed"]
    )
    np.testing.assert_array_equal(ours["value"], theirs["metric.elbo"])
    cells = drawn.drop_duplicates(["group", "level"])
    assert (cells["diverged"].sum(), cells["planned"].sum()) == (20, 60)


def test_the_curves_data_are_the_curves(usual):
    made = results()
    drawn = usual.parquet("curves").dropna(subset="seed")
    assert set(drawn["level"]) == {1e-4}
    for group, place in zip(TRANSFORMS, (0, 20, 40), strict=True):
        theirs = made.curves[made.curves["trial_id"] == f"{place:012x}"]
        ours = drawn[(drawn["group"] == group) & (drawn["seed"] == 0)]
        np.testing.assert_array_equal(ours["value"], theirs["value"])


def test_the_reading_states_the_result(usual):
    assert "affine_diffeo is better than affine, each at its best level" in usual.words
    assert "affine: 10⁻³; affine_decomp: 10⁻³; affine_diffeo: ≥ 10⁻¹." in usual.words
    assert usual.words.count("✓ holds") == 4
    assert "published as a plot only" in usual.words


def test_no_difference_is_called_one(tmp_path):
    words = undrawn_report(results(Sweep(final=dict.fromkeys(TRANSFORMS, -150.0))), tmp_path).words
    assert words.count("No significant difference between") == 3
    assert "is better than" not in words
    assert "Caution" not in words


def test_text_of_others_cannot_become_markup(tmp_path):
    made = results()
    evil = "</script><script>alert(1)</script>\n<b>bold</b>"
    made.trials.loc[0, ["status", "error"]] = ["failed", evil]
    made.sweep["title"] = made.sweep["command"] = evil
    for frame in (made.plan, made.trials):
        renamed = frame["param.method.transform"].replace("affine", "<img src=x>")
        frame["param.method.transform"] = renamed
    document = report(made, tmp_path)
    assert "img" not in {tag for tag, _ in document.elements}
    assert [text for tag, text in document.raw if tag == "script" and "alert" in text] == []


def test_a_long_table_is_kept_as_json_that_cannot_end_its_script(tmp_path):
    made = results(Sweep(seeds=20))
    made.trials.loc[0, ["status", "error"]] = ["failed", "a\n</script><script>alert(1)</script>"]
    document = undrawn_report(made, tmp_path)
    (rows,) = (text for tag, text in document.raw if tag == "script" and '"cells"' in text)
    assert "\\u003c/script>" in rows
    assert rows.count("affine_diffeo") == 80
    assert "240 rows" in document.words
