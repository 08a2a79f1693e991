"""The page of a leaderboard: what it shows, and that it says one thing everywhere."""

import dataclasses
import math
import re
import shlex

import numpy as np
import pytest

from harness.config.sweep import resolve
from harness.datasets.mannequin.dataset import MannequinOptions
from harness.datasets.mannequin.drawn import render
from reports.kinds.tuning.command import repeat_commands
from reports.layout.board import make_board
from reports.leaderboard.computing import standings
from reports.leaderboard.dataset_table import anchor_of, dataset_table
from reports.leaderboard.header import header
from reports.leaderboard.report import page
from reports.page.page import render as render_page
from tests.reports.helpers.leaderboards import SUPERVISION, leaderboard, supervision
from tests.reports.helpers.reading_html import Document, undrawn
from tests.reports.leaderboard.conftest import Pictured


@pytest.fixture(scope="module")
def document(drawn):
    return Document(drawn)


@undrawn()
def of(made):
    board = make_board([made], supervision)
    return Document(render_page(page(board, [made])))


def test_ids_are_unique_and_links_lead_somewhere(document):
    assert [name for name, n in document.ids.items() if n > 1] == []
    links = [a["href"][1:] for tag, a in document.elements if tag == "a" and a["href"][0] == "#"]
    assert set(links) <= set(document.ids)
    assert "method-rodi" in links


def test_every_method_has_a_section_with_its_configuration_curves_pictures_and_command(document):
    names = [f"method{place}-{part}" for place in range(4) for part in ("configuration", "curves")]
    names += [
        f"method{place}-0-{part}" for place in range(4) for part in ("gallery", "swaps", "walk0")
    ]
    assert [name for name in names if name not in document.ids] == []
    assert "tuned beside default; bold is what differs" in document.words
    for method in ("vae", "beta_vae", "c_vitae", "rodi"):
        assert f"unbraid sweep \\ method={method} method.lr=" in document.words


def test_table_download_and_latex_have_the_numbers_of_the_standings(document, numbers):
    data = document.parquet("on-dsprites").set_index(["metric", "entry"])
    csv = document.csv("on-dsprites").set_index(["metric", "entry"])
    tex = document.downloads["on-dsprites.tex"].decode()
    for (metric, entry), row in data.iterrows():
        standing = numbers.of["dsprites", metric].get(entry)
        for name in ("mean", "iqm", "rank"):
            estimate = getattr(standing, name)
            assert row[name] == pytest.approx(estimate.value, rel=1e-6, nan_ok=True)
            assert csv.loc[(metric, entry), name] == pytest.approx(row[name], nan_ok=True)
        assert row["bold"] == standing.leads
    mean = numbers.of["dsprites", "mig"]["c_vitae"].mean
    (line,) = [
        line
        for line in tex.splitlines()
        if line.strip().startswith(r"c\_vitae &") and "none" in line
    ][:1]
    assert f"{mean.value:.3f}" in line
    assert tex.startswith("% Needs \\usepackage{booktabs}.")


def test_what_is_bold_leads_and_the_other_way_round(board, numbers):
    table = dataset_table(numbers, "mannequin")
    names = [re.sub("<[^>]*>", "", cell) for cell in table.columns[0].cells]
    shown = 0
    for outcome in numbers.outcomes:
        column = next(
            c for c in table.columns if c.title == "mean" and c.group.startswith(outcome.titled)
        )
        bold = {name for name, cell in zip(names, column.cells, strict=True) if "<b>" in cell}
        of = numbers.of["mannequin", outcome.name]
        assert bold == {name for name, standing in of.items() if standing.leads}
        shown += len(bold)
    assert shown


def test_ceiling_and_chance_stand_in_the_heading(document):
    assert re.search(r"MIG ↑ ceiling 1\.0 · chance 0\.0\d+", document.words)


def test_few_metrics_are_shown_first_and_all_can_be(drawn, board):
    (hidden,) = re.findall(r'<style id="hiding">(.*?) \{', drawn)
    not_shown = {name for name in hidden.split(", ") if re.match(r"\.m\d", name)}
    assert len(not_shown) == len(board.metrics) - 3
    assert drawn.count("<summary>Metrics: <output>3 of 6</output>") == 3


def test_losses_are_said_before_anything_else(document):
    assert "Incomplete: of 80 trials 1 failed." in document.words
    assert "1 diverged" in document.words
    assert "Procedural data" in document.words


def test_trials_that_a_search_has_still_to_suggest_are_missing():
    made = leaderboard(("vae", "beta_vae"), ("mannequin",), n_metrics=3, tuned=False)
    whole, planned = of(made), len(made.plan)
    assert "Incomplete" not in whole.words
    words = of(dataclasses.replace(made, sweep={**made.sweep, "trials": planned + 9})).words
    assert "Incomplete: 9 trials that a search has still to suggest." in words
    assert re.search(r"\b9 ?missing", words)


def test_one_dataset_says_what_its_ratings_mean():
    made = leaderboard(("vae", "beta_vae"), ("mannequin",), n_metrics=3, tuned=False)
    words = of(made).words
    assert "There is one dataset, mannequin" in words
    assert "nothing of how they would compare on another dataset" in words


def test_who_has_no_trials_on_a_dataset_is_said_where_datasets_are_averaged():
    made = leaderboard(n_metrics=3, tuned=False)
    there = ~(made.trials["method"].eq("c_vitae") & made.trials["dataset"].eq("dsprites"))
    made = dataclasses.replace(made, trials=made.trials[there], plan=made.plan[there.to_numpy()])
    said = "has no trials on dsprites: its numbers here are of mannequin alone."
    assert f"c_vitae {said}" in of(made).words
    assert f"rodi {said}" not in of(made).words


def test_nothing_tuned_no_references_or_unknown_supervision_is_no_error():
    made = leaderboard(("vae", "mine.Own"), ("mannequin",), n_metrics=3, tuned=False, seeds=1)
    ours = made.trials["method"].isin(["vae", "mine.Own"])
    made = dataclasses.replace(made, trials=made.trials[ours], plan=made.plan[ours])
    board = make_board([made], lambda method, _: "?" if "." in method else "none")
    words = Document(render_page(page(board, [made]))).words
    assert "?" in words
    assert "ceiling 1" not in words


def test_a_run_in_which_everything_diverged_is_drawn():
    made = leaderboard(("vae", "rodi"), ("mannequin",), n_metrics=3, tuned=False)
    made.trials["status"] = "diverged"
    made.trials[[c for c in made.trials if c.startswith("metric.")]] = np.nan
    assert "No trial ended with a finite value" in of(made).words


def test_commands_run_the_trials_that_they_stand_for():
    asked = [
        "method=c_vitae",
        "dataset=digits",
        "scale=smoke",
        "method.lr=3e-4",
        "seed=3",
        "seeds=2",
    ]
    trials = resolve(asked).trials
    (command,) = repeat_commands(trials[0].as_dict(), [3, 4])
    again = resolve(shlex.split(command.replace("\\\n", " "))[2:]).trials
    assert [trial.trial_id for trial in again] == [trial.trial_id for trial in trials]
    first, second = repeat_commands(trials[0].as_dict(), [0, 1, 2, 7])
    assert first.endswith("seed=0 seeds=3")
    assert second.endswith("seed=7 seeds=1")


def test_anchors_are_names_that_links_can_have():
    assert anchor_of("my_method.Tiny Method") == "method-my_method-Tiny-Method"


class Drawn(Pictured):
    """Results whose trials have arrays as a method of two codes writes them of 64x64 images."""

    def artifact(self, trial_id):
        rng = np.random.default_rng(int(trial_id, 16))

        def images(*shape):
            places = rng.integers(0, 576_000, math.prod(shape))
            drawn = render(MannequinOptions().factors(places))
            return drawn.reshape(*shape, *drawn.shape[1:])

        alike = {name: images(8) for name in ("test_images", "reconstructions", "samples")}
        swaps = {"swap_pose": images(5), "swap_appearance": images(5), "swaps": images(25)}
        return {**alike, **swaps, "walk_pose": images(5, 9), "walk_appearance": images(5, 9)}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_large_leaderboard_stays_below_five_megabytes():
    datasets = ("mannequin", "dsprites", "mnist", "sprites")
    made = leaderboard(tuple(SUPERVISION), datasets, seeds=10, n_metrics=25)
    made = Drawn(**{name: getattr(made, name) for name in made.__dataclass_fields__})
    board = make_board([made], supervision)
    assert {entry.variant for entry in board.entries.values()} == {"tuned", "default", ""}
    html = render_page(page(board, [made]))
    assert html.count("data:image/webp") > 3 * len(SUPERVISION)
    assert len(html.encode()) < 5_000_000


def test_of_one_it_is_one():
    board = make_board([leaderboard(("vae",))], supervision)
    head = str(header(standings(board), [leaderboard(("vae",))]))
    assert "<b>1</b>method</li>" in head
    assert f"<b>{len(board.metrics)}</b>metrics</li>" in head
    assert f"<b>{len(board.trials_once)}</b>trials on the test split</li>" in head
