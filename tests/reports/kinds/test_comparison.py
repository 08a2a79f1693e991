"""The comparison and timing reports of made-up sweeps over methods."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from harness.results import Results
from reports.analysis.families import families
from reports.claims.published import published
from reports.claims.variants import variants_tested
from reports.figures.scores import draw_scores
from reports.kinds import comparison, timing
from reports.kinds.shared.printed_table import printed_table
from reports.kinds.shared.score_tables import differences_table
from reports.kinds.shared.sizes import size_note, sizes
from reports.layout.grid import lay_out
from reports.layout.scores import Scores, all_scores, baseline
from reports.page.page import render
from tests.reports.helpers.findings import findings_of
from tests.reports.helpers.methods import METHODS, made_up
from tests.reports.helpers.reading_html import undrawn


def by_name(results: Results) -> dict[str, Scores]:
    return {score.outcome.name: score for score in all_scores(results)}


def test_groups_are_the_methods_and_metrics_those_that_were_computed() -> None:
    found = by_name(made_up())
    assert list(found) == ["elbo", "kl", "mse", "d_score", "seconds_step"]
    assert tuple(found["elbo"].values) == METHODS
    assert found["elbo"].best == "c_vitae"
    assert found["mse"].best == "vae"
    assert found["kl"].best is None, "no direction"


def test_a_group_is_not_named_by_what_its_method_lacks() -> None:
    results = made_up()
    results.sweep["swept"]["method.transform"] = ["affine", "cpab"]
    turned = results.trials["trial_id"].str.startswith("c_vitae")
    for frame in (results.trials, results.plan):
        frame.loc[turned.to_numpy(), "param.method.transform"] = "cpab"
    groups = lay_out(results).groups
    assert groups == (*METHODS[:4], "u_vitae · affine", "c_vitae · cpab")


def test_differences_are_paired_by_seed() -> None:
    """Unpaired, the effect of the seeds (deviation 5) would hide a gap of 1."""
    compared = families(all_scores(made_up()), "vae")["elbo"].of("beta_vae", "vae")
    assert compared.difference.value == pytest.approx(1, abs=0.1)
    assert compared.difference.n == 5
    assert compared.adjusted < 0.01
    assert compared.sign == 1
    assert baseline(METHODS) == "vae"
    assert baseline(("u_vitae", "c_vitae")) == "u_vitae"


def test_differences_are_read_by_the_metrics_direction() -> None:
    scores = all_scores(made_up())
    table = differences_table(scores, families(scores, "vae"), "vae")
    readings = dict(zip(table.columns[0].cells, table.columns[-1].cells, strict=True))
    assert readings == {
        "ELBO (nats) ↑": "better",
        "KL (nats)": "higher",
        "MSE ↓": "worse",
        "D_score ↑": "better",
        "training step (s) ↓": "worse",
    }


def verdicts(results: Results) -> list[str]:
    known = published("vitae_mnist")
    table = variants_tested(known, findings_of(results, known, axis=True))
    return table.data["verdict"].tolist()


def test_statements_hold_fail_and_stay_open() -> None:
    assert verdicts(made_up(gap=1.0)) == ["holds", "holds"]
    assert verdicts(made_up(gap=-1.0)) == ["does not hold", "does not hold"]
    assert verdicts(made_up(gap=0.0)) == ["undecided", "undecided"]
    assert verdicts(made_up(seeds=1)) == ["undecided", "undecided"], "no interval with one seed"


def test_published_numbers_of_each_space() -> None:
    assert published("vitae_mnist").printed["c_vitae"] == [-139, -141, 0.884]
    assert published("vitae_bodies").used == "smpl"
    assert published("vitae_dsprites").printed["c_vitae"] == [-68.26, -70.49, 0.38]
    assert published("vitae_timing").printed["dip_vae_ii"] == [0.0025, 0.018]
    assert published("vitae_stability").printed == {}
    assert published("elsewhere") is None


def test_pages_render_with_and_without_results() -> None:
    html = render(comparison.page(made_up()))
    for said in ("c_vitae", "<span>D_score</span>", "0.884", "✓ holds", "difference to vae"):
        assert said in html
    empty = made_up()
    empty = dataclasses.replace(empty, trials=empty.trials.iloc[:0])
    for page in (comparison.page, timing.page):
        assert "not finished" in render(page(empty))


@undrawn()
def test_ratios_are_to_the_vae_of_the_same_seed() -> None:
    drawn = timing.page(made_up(space="vitae_timing"))
    assert "training step / vae" in render(drawn)
    table = next(
        part
        for section in drawn.sections
        for part in section.parts
        if getattr(part, "name", "") == "ratios"
    )
    assert table.data["seconds_step_ratio"].tolist() == pytest.approx([1, 2, 3, 4, 5, 6])
    published = table.data["seconds_step_published"].tolist()
    assert published[:4] == pytest.approx([1, 1, 0.016 / 0.014, 0.018 / 0.014])
    assert np.isnan(published[4:]).all()


def of_bodies(dimensions: int | None) -> Results:
    """Made-up results of the bodies' space, of images of so many values."""
    made = made_up()
    made.sweep["space"] = "vitae_bodies"
    if dimensions:
        made.trials["env.dimensions"] = dimensions
    return made


@undrawn()
def test_bounds_of_images_of_two_sizes_stand_beside_each_other_a_value() -> None:
    """The poster's ELBO of -8,620 is of 80,000 pixels, ours at the small scales of 5,000."""
    known, made = published("vitae_bodies"), of_bodies(5000)
    assert known is not None
    assert sizes(known, made) == (80_000, 5000)
    scores = all_scores(made)
    assert "80,000 values, one of this run 5,000" in size_note(known, made, scores)
    data = printed_table(known, scores, "", values=sizes(known, made)).data
    assert data["elbo_published_a_value"][0] == pytest.approx(-8620 / 80_000)
    assert data["elbo_here_a_value"].tolist() == pytest.approx((data["elbo_here"] / 5000).tolist())
    assert "d_score_here_a_value" not in data, "it is not in nats"
    html = render(comparison.page(made))
    assert "nats a value" in html
    assert "<dt>Values of an image</dt><dd>5000</dd>" in html


@pytest.mark.parametrize("dimensions", [80_000, None])
def test_images_of_one_size_or_of_an_unknown_one_have_no_second_columns(
    dimensions: int | None,
) -> None:
    known, made = published("vitae_bodies"), of_bodies(dimensions)
    assert known is not None
    assert size_note(known, made, all_scores(made)) == ""
    table = printed_table(known, all_scores(made), "", values=sizes(known, made))
    assert not [name for name in table.data if name.endswith("a_value")]


@pytest.mark.parametrize("aside", [0.0526, 1e9])
def test_a_seed_that_draws_the_only_mean_aside_leaves_a_figure(aside: float) -> None:
    """The frame is of the other seeds; a mean that is near is in it."""
    score = by_name(made_up())["mse"]
    index = score.values["vae"].index
    seeds = pd.Series([aside, 0.05410, 0.05411, 0.05412, 0.05412], index)
    figure = draw_scores([dataclasses.replace(score, values={"vae": seeds})], ("vae",))
    assert "1 seed of vae (MSE)" in figure.caption
    assert figure.svg
