"""The ablation report as a whole."""

import dataclasses
import re

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

import reports
from harness.errors import CorruptFileError
from harness.results import Results
from reports.figures.marks import Line, draw_lines, limits_of
from reports.figures.trajectories import trajectories
from reports.kinds.ablation.effects import main_effects
from reports.kinds.ablation.selection import in_words, shown_variants
from reports.layout.design import design_of
from reports.layout.factors import Factor
from reports.layout.grid import lay_out
from reports.layout.profiles import profiles
from reports.pictures.error_distributions import draw_errors
from reports.pictures.swaps import picture
from tests.reports.helpers.ablations import PUBLISHED, factorial, pictures, rodi, written
from tests.reports.helpers.reading_html import Document, report, undrawn_report
from tests.reports.helpers.synthetic import Sweep
from tests.reports.helpers.synthetic import results as stability

LEAKS = {"a": 0.0, "b": 0.9, "c": 0.05, "d": 0.4, "e": 0.02}
TWO = {"method.lr": [1e-4, 1e-3, 1e-2], "method.beta": [1, 4]}


def document(made: Results, folder) -> Document:
    return undrawn_report(made, folder, "ablation")


def elbo(lr=1e-3, beta=1, seed=0, **_):
    return -150 + 3 * np.log10(lr) - beta + 0.1 * seed + 0.01 * np.sin(7 * seed + beta)


@pytest.fixture(scope="module")
def rodis(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rodi")
    return report(written(rodi(), folder / "run", LEAKS), folder, "ablation")


def test_rodis_report_has_every_part(rodis):
    figures = [a["id"] for tag, a in rodis.elements if tag == "figure"]
    assert figures == [
        "variants",
        "constraint-i_t_prime",
        "statements",
        "published",
        "effects",
        "curves",
        "trajectories",
        "gallery",
        "single-codes",
        "errors",
        "swaps",
        "metrics",
        "differences",
        "cells",
        "trials",
    ]
    assert not [name for name, n in rodis.ids.items() if n > 1], "ids are unique"
    words = rodis.words
    assert (
        "The constraint I_T′ ≤ ε + 0.02 holds for a, c and e; does not hold for b and d." in words
    )
    assert "Of those that meet it, e has the lowest mean test pair MSE" in words
    assert words.count("✓ holds") == 7 + 3, "statements, and variants that keep the constraint"
    assert "e, adaptive combination" in words
    labels = " ".join(attributes.get("aria-label") or "" for _, attributes in rodis.elements)
    assert "training γ, training λ, training I_T and training I_T′" in labels
    assert "Dashed: the bound of a constraint." in words


def test_every_variant_has_its_numbers(rodis):
    table = rodis.csv("variants").set_index("variant")
    made = rodi().trials.set_index(["param.method.variant", "seed"])["metric.pair_mse"]
    for variant in "abcd":
        gaps = made[variant] - made["e"]
        assert table.loc[variant, "difference"] == pytest.approx(gaps.mean())
        assert table.loc[variant, "mean"] == pytest.approx(made[variant].mean())
        assert table.loc[variant, "pairs"] == 5
    assert np.isnan(table.loc["e", "difference"])
    assert table["i_t_prime_verdict"].tolist() == [
        "holds" if variant in "ace" else "does not hold" for variant in "abcde"
    ]
    assert (table["p_holm"].dropna() < 0.05).all()


def test_every_seed_is_among_the_data_of_the_effects(rodis):
    effects = rodis.csv("effects")
    assert sorted(zip(effects["level"], effects["seed"], strict=True)) == [
        (variant, seed) for variant in "abcde" for seed in range(5)
    ]


def test_errors_are_those_of_all_seeds(rodis):
    errors = rodis.csv("errors")
    assert errors.groupby("group")["seed"].nunique().tolist() == [5] * 5
    drawn = pictures("b", 3, LEAKS["b"])["triplet_errors"].astype(float)
    at = errors[(errors["group"] == "b") & (errors["seed"] == 3)].set_index("quantile")["error"]
    assert at[0.5] == pytest.approx(np.median(drawn))
    assert at[0.95] == pytest.approx(np.quantile(drawn, 0.95))


def test_a_grid_of_swaps_has_pose_down_and_appearance_across():
    pose = np.stack([np.full((1, 2, 2), 10 * (i + 1), np.uint8) for i in range(3)])
    appearance = np.stack([np.full((1, 2, 2), 100 + 10 * j, np.uint8) for j in range(2)])
    swaps = np.stack(
        [np.full((1, 2, 2), 10 * (i + 1) + j, np.uint8) for i in range(3) for j in range(2)]
    )
    drawn = picture({"swaps": swaps, "swap_pose": pose, "swap_appearance": appearance}) * 255
    ink = np.unique(drawn[(drawn < 255).any(axis=1)][:, (drawn < 255).any(axis=0)], axis=0)
    rows = {tuple(sorted(set(row.round().astype(int)) - {255})) for row in ink}
    assert rows == {(100, 110), (10, 11), (20, 21), (30, 31)}
    first = drawn[:, np.flatnonzero((drawn < 255).any(axis=0))[0]]
    assert set(first.round().astype(int)) == {255, 10, 20, 30}, "poses stand at the left"


def test_two_numeric_factors_have_a_heat_map_and_an_interaction(tmp_path):
    words = document(factorial(TWO, elbo, seeds=4), tmp_path).words
    assert "Mean test ELBO over learning rate and β" in words
    assert "Test ELBO by learning rate with β" in words
    assert "Share of the variance of test ELBO over 24 trials" in words
    assert "not attributable" not in words, "cells are equal"
    named = {"method.lr": [1e-4, 1e-3], "method.kind": ["x", "y"]}
    words = document(factorial(named, elbo), tmp_path).words
    assert "Mean test ELBO over" not in words
    assert "Test ELBO by learning rate with kind" in words


def test_metrics_that_the_space_names_have_heat_maps_of_their_own(tmp_path):
    def both(lr, beta, seed):
        return {"elbo": elbo(lr, beta, seed), "kl": beta + 0.1 * seed}

    scored = [{"name": "elbo", "direction": "higher"}, {"name": "kl", "direction": "none"}]
    made = factorial(TWO, both, seeds=4, metrics=scored, effects_on=["kl"])
    words = document(made, tmp_path).words
    assert "Mean test kl over learning rate and β" in words
    assert "yellow is lowest" in words, "it has no better and no worse"
    plain = factorial(TWO, both, seeds=4, metrics=scored)
    assert "Mean test kl over" not in document(plain, tmp_path).words


def test_divergence_is_a_fact_and_is_left_out_of_nothing_but_means(tmp_path):
    def diverging(lr, beta, seed):
        return np.nan if lr == 1e-2 and (beta == 4 or seed == 0) else elbo(lr, beta, seed)

    found = document(factorial(TWO, diverging), tmp_path)
    assert "Of 18 planned trials: 14 ok and 4 diverged." in found.words
    assert "4 trials without a value are left out" in found.words
    assert "Cells are unequal or missing" in found.words
    effects = found.csv("effects").drop_duplicates(["factor", "level"]).set_index("level")
    assert effects.loc[0.01, ["planned", "with_value", "diverged"]].tolist() == [6, 2, 4]
    assert found.csv("heat")["diverged"].sum() == 4


def test_a_nested_factor_is_drawn_apart_for_each_setting():
    sweep = {"method": ["beta_vae", "beta_tcvae"], "method.beta": [1, 2, 4]}

    def own(method, beta):
        return beta > 1 if method == "beta_vae" else beta < 4

    made = factorial(sweep, lambda beta, seed, **_: -beta + seed, planned=own)
    data = main_effects(design_of(made)).data
    lines = data[data["factor"] == "method.beta"].groupby("line")["planned"].sum()
    assert set(lines.index) == {"beta_vae", "beta_tcvae"}
    means = data[(data["factor"] == "method.beta") & (data["line"] == "beta_vae")]
    assert means.drop_duplicates("level")["mean"].tolist() == pytest.approx(
        [np.nan, -1, -3], nan_ok=True
    )


def test_only_a_lost_level_interrupts_a_line():
    """A level that was not planned for a line is passed over; one that diverged is a gap."""

    beta = Factor("method.beta", (1, 2, 4), numeric=True)

    def ends(value, planned=lambda **_: True):
        made = factorial({"method.beta": [1, 2, 4]}, value, planned=planned)
        design = design_of(made)
        places = [beta.code(level) for level in design.grid.rows["method.beta"]]
        design = dataclasses.replace(
            design, factors=(beta,), codes=design.codes.assign(**{beta.key: places})
        )
        line = Line("", [design.marginal([beta], [level], None) for level in range(3)])
        axes = Canvas().subplots()
        draw_lines(axes, beta, [line], limits_of([line]))
        thick = [drawn for drawn in axes.lines if drawn.get_linewidth() == 1.3]
        return [np.isfinite(drawn.get_ydata()).tolist() for drawn in thick]

    assert ends(lambda beta, seed: -beta + seed, lambda beta: beta != 2) == [[True, True]]
    lost = ends(lambda beta, seed: np.nan if beta == 2 else -beta + seed)
    assert lost == [[True, False, True]]


def test_useless_values_flatten_nothing_and_are_told(tmp_path):
    def wild(lr, beta, seed):
        return -40_000.0 if (lr, beta, seed) == (1e-2, 4, 1) else elbo(lr, beta, seed)

    words = document(factorial(TWO, wild), tmp_path).words
    assert "outside the frame: triangles at its edge" in words
    assert "far outlier counted as at the frame" in words.replace("outliers", "outlier")
    assert "Caution: 1 trial ended with an ELBO that is finite but far from all others" in words


def test_a_strong_effect_is_no_outlier(tmp_path):
    """Ten of twelve trials near -160 and two at -190: that is what the factor does."""
    levels = {"method.beta": [1, 2, 4, 8, 16, 32]}
    made = factorial(levels, lambda beta, seed: -160 - 30 * (beta == 32) + 3 * seed, seeds=2)
    words = document(made, tmp_path).words
    assert "outside the frame" not in words
    assert "Caution" not in words


def test_an_unfinished_run_says_so(tmp_path):
    made = rodi({v: PUBLISHED[v] for v in "be"}, seeds=2)
    for kept in (0, 3):
        part = dataclasses.replace(
            made,
            trials=made.trials.iloc[:kept],
            curves=made.curves[made.curves["trial_id"].isin(made.trials["trial_id"].iloc[:kept])],
        )
        words = document(part, tmp_path).words
        assert f"Incomplete: of 4 planned trials {4 - kept} not finished." in words


def test_a_run_without_trials_or_without_factors(tmp_path):
    made = factorial(TWO, elbo)
    empty = dataclasses.replace(made, trials=made.trials.iloc[:0], plan=made.plan.iloc[:0])
    assert "This run directory holds no trials." in document(empty, tmp_path).words
    alone = factorial({"method.lr": [1e-3]}, elbo)
    assert "Of 3 planned trials: 3 ok." in document(alone, tmp_path).words


def test_another_kinds_sweep_can_be_read_as_an_ablation(tmp_path):
    words = document(stability(Sweep(seeds=2)), tmp_path).words
    assert "Compared with the baseline affine · lr=0.0001, paired by seed" in words
    assert "Of 12 variants 8 are shown: the baseline, the best with each" in words


def test_a_baseline_that_is_not_run_is_told(tmp_path):
    made = factorial(TWO, elbo, baseline={"method.beta": 64})
    assert "(the sweep names β 64, which is not in it)" in document(made, tmp_path).words


def test_of_many_variants_the_baseline_and_the_best_are_shown():
    many = {"method.beta": list(range(1, 31))}
    design = design_of(factorial(many, elbo, baseline={"method.beta": 30}))
    shown = shown_variants(design, profiles(design.grid))
    assert shown == (*(f"beta={b}" for b in range(1, 8)), "beta=30")
    assert in_words(design, shown).startswith("Of 30 variants 8 are shown: the baseline, and")


def test_what_fails_is_shown_too():
    """The best with each name, though every variant of another name is better."""

    def failing(kind, beta, seed):
        return elbo(beta=beta, seed=seed) - 100 * (kind == "bad")

    factors = {"method.kind": ["good", "bad"], "method.beta": list(range(1, 21))}
    design = design_of(factorial(factors, failing, baseline={"method.kind": "good"}))
    shown = shown_variants(design, profiles(design.grid))
    assert [each for each in shown if each.startswith("bad")] == ["bad · beta=1"]
    assert len(shown) == 8
    assert "the best with each kind" in in_words(design, shown)


def test_torn_arrays_are_left_out():
    grid = lay_out(rodi(seeds=2), axis=False)

    def artifact(trial):
        if "-b-" in trial:
            raise CorruptFileError("torn")
        return {"triplet_errors": np.ones(9, np.float32)}

    figure = draw_errors(artifact, grid)
    assert sorted(set(figure.data["group"])) == list("acde")
    assert draw_errors(lambda _: {}, grid) is None


def test_trajectories_are_what_methods_report_but_losses():
    made = rodi(seeds=2)
    figure = trajectories(lay_out(made, axis=False), made.curves, [])
    drawn = list(dict.fromkeys(figure.data["metric"]))
    assert drawn == [f"classifiers/{n}" for n in ("gamma", "lambda", "i_t", "i_t_prime")]
    none = made.curves[made.curves["metric"].isin(["pair_mse", "model/loss"])]
    assert trajectories(lay_out(made, axis=False), none, []) is None


def test_the_same_results_give_the_same_bytes(tmp_path):
    made = factorial({"method.lr": [1e-4, 1e-3]}, elbo)
    one, two = (reports.build(made, "ablation", tmp_path / name) for name in ("1.html", "2.html"))
    assert one.read_bytes() == two.read_bytes()


def test_hostile_names_are_text(tmp_path):
    kinds = {"method.kind": ["<script>x</script>", "a&b"], "method.lr": [1e-3, 1e-2]}
    found = report(factorial(kinds, elbo), tmp_path, "ablation")
    assert "<script>x</script>" in found.words
    assert not [data for tag, data in found.raw if tag == "script" and data.strip() == "x"]
    assert re.search(r"a&b", found.words)
