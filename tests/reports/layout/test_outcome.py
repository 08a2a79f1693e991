from dataclasses import replace

import numpy as np
import pytest

from harness.cli import main
from harness.metrics.registry import with_labels
from harness.results import load
from reports.analysis.group_comparisons import compare_all
from reports.figures.bundles import bundle
from reports.figures.curves import curve_limits
from reports.kinds.stability import family_of
from reports.layout.curves import read_curves
from reports.layout.grid import lay_out
from reports.layout.outcome import ELBO, LOSS, Outcome, outcome_of
from reports.layout.profiles import profiles
from reports.pictures.gallery import gallery
from tests.harness.helpers.toys import MeanImage
from tests.reports.helpers.reading_html import undrawn_report
from tests.reports.helpers.synthetic import TRANSFORMS, Sweep, mirrored, results

MSE = Outcome("mse", "MSE", "squared intensity", higher_is_better=False)
ELSEWHERE = Sweep(space="a space of one's own")
"""Nothing is published about it."""


class Shows(MeanImage):
    """Reconstructs every image as the mean it has learnt; has no ELBO."""

    def reconstruct(self, image):
        return self.mean.clamp(0, 1).expand_as(image)


def declared(*metrics):
    return with_labels(
        dict(zip(("name", "direction", "unit"), metric, strict=False)) for metric in metrics
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        ["elbo", "mse"],
        "elbo",
        [{"direction": "lower"}, {"name": "mse"}, None],
        declared(("kl", "none", "nats"), ("elbo", "higher", "nats")),
        declared(("mse", "lower", "x"), ("elbo", "higher", "nats")),  # no trial has an MSE
    ],
    ids=str,
)
def test_the_elbo_is_the_outcome_unless_another_is_declared(told):
    made = results()
    made.sweep["metrics"] = with_labels(told) if isinstance(told, list) else told
    assert outcome_of(made) == ELBO


def test_the_first_metric_with_a_direction_and_a_value_is_the_outcome():
    made = mirrored(results())
    assert outcome_of(made) == MSE
    made.trials.loc[3, "metric.elbo"] = -np.inf  # not a finite one
    made.trials.loc[made.trials["status"] == "diverged", "metric.elbo"] = -7.0  # nor a final one
    assert outcome_of(made) == MSE
    made.trials.loc[3, "metric.elbo"] = -7.0
    assert outcome_of(made) == ELBO


def test_while_no_trial_has_a_value_the_first_metric_is_the_outcome():
    made = results()
    nothing = replace(made, trials=made.trials.iloc[:0])
    nothing.sweep["metrics"] = declared(("kl", "none", "nats"), ("a_score", "lower", None))
    assert outcome_of(nothing) == Outcome("a_score", "a score", "", higher_is_better=False)


def test_the_lowest_is_the_best_where_less_is_better():
    made = mirrored(results())
    means = made.trials.groupby(["param.method.transform", "param.method.lr"])["metric.mse"].mean()
    for group, profile in profiles(lay_out(made)).items():
        assert profile.best.level == means[group].dropna().idxmin()
        assert profile.best.mean.value == pytest.approx(means[group].min())


@pytest.mark.parametrize("made", [results(), results(Sweep(seeds=3, seed_sd=9))], ids=["", "noisy"])
def test_a_mirrored_outcome_gives_the_mirrored_result(made):
    """``-x``, less of it being better, ranks, tests and wins as ``x`` does; differences flip."""
    here, there = lay_out(made), lay_out(mirrored(made))
    ours, theirs = profiles(here), profiles(there)
    for group in TRANSFORMS:
        one, other = ours[group], theirs[group]
        assert (one.limit, one.best.level) == (other.limit, other.best.level)
        assert one.best.mean.value == pytest.approx(-other.best.mean.value)
    families = (
        family_of(here, ours, None),
        family_of(there, theirs, None),
    )
    pairs = list(
        zip(
            compare_all(here, ours, families[0]),
            compare_all(there, theirs, families[1]),
            strict=True,
        )
    )
    assert len(pairs) == 3
    for one, other in pairs:
        assert (one.a, one.b, one.levels) == (other.a, other.b, other.levels)
        best = one.at_best.difference, other.at_best.difference
        for x, y in (best, (one.at_common, other.at_common)):
            assert (x.value, x.low, x.high) == pytest.approx((-y.value, -y.high, -y.low))
            assert (x.n, x.p) == pytest.approx((y.n, y.p))
        assert one.at_best.adjusted == pytest.approx(other.at_best.adjusted)
        assert one.wins == other.wins


@pytest.fixture(scope="module")
def without_elbo(tmp_path_factory):
    return undrawn_report(mirrored(results(ELSEWHERE)), tmp_path_factory.mktemp("mse"))


def test_a_report_without_an_elbo_reads_its_outcome_the_right_way(without_elbo):
    words = without_elbo.words
    for said in (
        "Outcome test MSE (squared intensity), lower is better",
        "squared intensity, was reached by affine_diffeo at learning rate 10⁻³ (n = 5 seeds)",
        "The lowest mean test MSE, ",
        "affine_diffeo is better than affine, each at its best level (affine_diffeo − affine = −",
        "up to which every trial ended with a finite MSE: affine: 10⁻³; ",
        "Final test MSE (lower is better) against learning rate",
        "best mean MSE (squared intensity)",
        "squared intensity) with 95 % intervals; negative favours the first.",
    ):
        assert said in words
    for wrong in ("ELBO", "elbo", "nats", "highest", "Caution"):
        assert wrong not in words
    best = without_elbo.parquet("groups").set_index("group")["best_mean"]
    assert best.idxmin() == "affine_diffeo"
    first = without_elbo.parquet("comparisons").iloc[0]
    assert (first["a"], first["at_best"] < 0, first["wins"]) == ("affine_diffeo", True, 1)


def test_a_report_without_an_elbo_draws_every_value(without_elbo):
    made = mirrored(results(ELSEWHERE))
    drawn = without_elbo.parquet("stability").dropna(subset="value")
    np.testing.assert_array_equal(
        np.sort(drawn["value"]), np.sort(made.trials["metric.mse"].dropna())
    )


def test_where_the_outcome_was_not_recorded_the_curves_are_of_the_loss(without_elbo):
    assert "2. Learning curves: training loss" in without_elbo.words
    assert "No test MSE was recorded along training: the curves show the" in without_elbo.words
    assert without_elbo.words.count("Learning curves (training loss)") == 2
    made = mirrored(results(ELSEWHERE))
    drawn = without_elbo.parquet("curves").dropna(subset="seed")
    first = drawn[(drawn["group"] == "affine") & (drawn["seed"] == 0)]
    curve = made.curves[made.curves["trial_id"] == f"{0:012x}"]
    np.testing.assert_array_equal(first["value"], curve["value"])


def test_recorded_test_curves_of_the_outcome_come_before_the_loss(tmp_path):
    made = mirrored(results(ELSEWHERE))
    made = replace(made, curves=made.curves.assign(split="test", metric="mse"))
    words = undrawn_report(made, tmp_path).words
    assert "Learning curves: test MSE" in words
    assert "(training loss)" not in words


def test_the_frame_of_falling_curves_mirrors_that_of_rising_ones():
    made = results()
    frames = []
    for run, outcome, split in ((made, ELBO, "test"), (mirrored(made), LOSS, "train")):
        grid, curves = lay_out(run), read_curves(run.curves, outcome, split)
        bundles = [bundle(grid, curves, group, 1e-4) for group in grid.groups]
        frames.append(curve_limits(bundles, outcome.sign))
    (low, high), (best, worst) = frames
    assert (best, worst) == pytest.approx((-high, -low))
    values = np.concatenate([each.values[:, -1] for each in bundles])
    assert best < values.min()
    assert worst - values.max() > values.max() - values.min()  # room for the way there


def test_what_the_paper_says_of_the_elbo_is_not_tested_on_another_outcome(tmp_path):
    words = undrawn_report(mirrored(results()), tmp_path).words
    assert words.count("The statement is about elbo; this run reports mse.") == 4
    assert words.count("? undecided") == 4


def test_the_training_loss_does_not_decide_what_the_paper_says_of_the_elbo(tmp_path):
    made = results()
    made = replace(made, curves=mirrored(made).curves)
    words = undrawn_report(made, tmp_path).words
    assert "Learning curves: training loss" in words
    assert words.count("no pair of learning curves has enough evaluations") == 4
    assert (words.count("✓ holds"), words.count("? undecided")) == (2, 2)


def test_a_gallery_shows_the_trial_with_the_least_error():
    grid = lay_out(mirrored(results()))
    image = np.random.default_rng(0).random((3, 1, 8, 8))
    figure = gallery(
        lambda _: {"test_images": image, "reconstructions": image}, grid, profiles(grid)
    )
    lowest = grid.rows.loc[grid.rows.groupby("group")["value"].idxmin()].set_index("group")
    assert figure.data["trial_id"].tolist() == [lowest["trial_id"][g] for g in TRANSFORMS]
    assert "before any pose" not in figure.caption


def test_trials_that_are_ok_but_have_no_value_are_counted(tmp_path):
    made = results(ELSEWHERE)
    made.trials.loc[:2, "metric.elbo"] = np.nan
    words = undrawn_report(made, tmp_path).words
    assert "3 of those that are ok have no finite test ELBO." in words
    assert "† some planned trials are missing, failed, were pruned or have no value." in words


def test_a_method_without_an_elbo_from_training_to_report(tmp_path):
    """The whole way: the sweep's file says what its metrics mean, and the report follows it."""
    run = tmp_path / "run"
    method = f"method._target_={__name__}.{Shows.__name__}"
    assert main(["train", method, "dataset=digits", "scale=smoke", f"run_dir={run}"]) == 0
    made = load(run)
    document = undrawn_report(made, tmp_path, "stability")
    assert "lowest mean test MSE" in document.words
    assert "Learning curves: test MSE" in document.words
    assert document.parquet("stability")["value"].tolist() == made.trials["metric.mse"].tolist()
    scores = made.curves[(made.curves["metric"] == "mse") & (made.curves["split"] == "test")]
    drawn = document.parquet("curves").dropna(subset="seed")
    np.testing.assert_array_equal(drawn["value"], scores["value"])
