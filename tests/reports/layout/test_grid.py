import numpy as np
import pytest

from reports.layout.grid import STATUSES, lay_out
from reports.layout.profiles import profiles
from tests.reports.helpers.synthetic import RATES, TRANSFORMS, Sweep, results, without


def vary(made, key, values):
    """Let one more factor vary, by seed."""
    made.sweep["swept"][key] = list(values)
    for frame in (made.plan, made.trials):
        frame[f"param.{key}"] = np.array(values)[frame["seed"] % len(values)]
    return made


def test_groups_and_levels_as_swept():
    grid = lay_out(results())
    assert (grid.axis, grid.factors) == ("method.lr", ("method.transform",))
    assert (grid.groups, grid.levels) == (TRANSFORMS, RATES)
    assert grid.cell("affine", 1e-4)["seed"].tolist() == [0, 1, 2, 3, 4]


def test_groups_keep_the_sweeps_order():
    made = results()
    made.sweep["swept"]["method.transform"] = ["affine_diffeo", "affine", "affine_decomp"]
    assert lay_out(made).groups == ("affine_diffeo", "affine", "affine_decomp")


def test_no_trial_is_dropped():
    made = results()
    made.trials.loc[0, "status"] = "failed"
    made.trials.loc[1, "status"] = "pruned"
    made.trials.loc[2, "metric.elbo"] = np.nan
    made = without(made, made.plan["trial_id"].tolist()[20:27])
    grid = lay_out(made)
    assert grid.counts["planned"] == 60 == sum(grid.counts[status] for status in STATUSES)
    assert grid.counts["missing"] == 7
    assert grid.rows["trial_id"].tolist() == made.plan["trial_id"].tolist()
    cells = [cell for profile in profiles(grid).values() for cell in profile.cells]
    for status in ("planned", *STATUSES):
        assert sum(cell.counts[status] for cell in cells) == grid.counts[status]


def test_a_missing_trial_is_known_by_its_plan():
    made = without(results(), [f"{57:012x}"])
    row = lay_out(made).rows.iloc[57]
    assert (row["status"], row["group"], row["x"], row["seed"]) == (
        "missing",
        "affine_diffeo",
        0.1,
        2,
    )


@pytest.mark.parametrize("status", ["diverged", "failed", "pruned"])
def test_only_finished_trials_have_values(status):
    made = results()
    made.trials.loc[0, "status"] = status  # its last ELBO is still there
    assert np.isnan(lay_out(made).rows["value"].iloc[0])


def test_without_the_sweeps_word_what_differs_is_taken():
    made = results()
    made.sweep.clear()
    grid = lay_out(made)
    assert (grid.axis, grid.factors, grid.groups) == (
        "method.lr",
        ("method.transform",),
        TRANSFORMS,
    )


def test_more_factors_join_into_the_group():
    grid = lay_out(vary(results(), "method.beta", [1.0, 4.0]))
    assert grid.groups[:2] == ("affine · beta=1", "affine · beta=4")
    assert grid.counts["planned"] == 60


def test_an_empty_name_is_told_by_its_factor():
    grid = lay_out(vary(results(), "dataset.memory", ["", "male"]))
    assert grid.groups[:2] == ("affine · no memory", "affine · male")


def test_several_datasets_join_into_the_group():
    made = results()
    made.trials["dataset"] = np.where(made.trials["seed"] % 2, "mnist", "glyphs")
    configs = made.plan["config"].where(
        made.plan["seed"] % 2 == 0, '{"dataset": {"name": "mnist"}}'
    )
    made.plan["config"] = configs
    grid = lay_out(without(made, [f"{1:012x}"]))
    assert grid.groups[:2] == ("affine · glyphs", "affine · mnist")
    assert grid.rows["group"].iloc[1] == "affine · mnist"  # missing, told by the plan


def test_without_a_learning_rate_the_first_number_is_the_axis():
    made = vary(results(), "method.beta", [1.0, 4.0])
    for frame in (made.plan, made.trials):
        del frame["param.method.lr"]
    grid = lay_out(made)
    assert (grid.axis, grid.levels) == ("method.beta", (1, 4))


def test_a_flag_names_groups_and_is_no_axis():
    made = vary(results(), "dataset.memory_biased", [False, True])
    for frame in (made.plan, made.trials):
        del frame["param.method.lr"]
    grid = lay_out(made)
    assert grid.axis is None
    assert "affine · memory_biased=False" in grid.groups


def test_without_any_number_there_is_one_level():
    made = results()
    for frame in (made.plan, made.trials):
        del frame["param.method.lr"]
    grid = lay_out(made)
    assert (grid.axis, grid.levels, grid.groups) == (None, (0.0,), TRANSFORMS)
    assert len(grid.cell("affine", 0.0)) == 20


def test_the_limit_stops_at_the_first_level_with_a_divergence():
    made = results(Sweep(diverges_at=dict.fromkeys(TRANSFORMS, 1.0)))
    rows = made.trials["param.method.lr"].eq(1e-3) & made.trials["seed"].eq(0)
    made.trials.loc[rows & made.trials["param.method.transform"].eq("affine"), "status"] = (
        "diverged"
    )
    found = profiles(lay_out(made))
    assert (found["affine"].limit, found["affine"].limit_label) == (1e-4, "10⁻⁴")
    assert (found["affine_diffeo"].limit, found["affine_diffeo"].limit_label) == (0.1, "≥ 10⁻¹")
    assert found["affine"].diverged.value == 1 / 20


def test_the_best_level_is_one_at_which_every_seed_finished():
    made = results(Sweep(diverges_at=dict.fromkeys(TRANSFORMS, 1.0)))
    best = made.trials["param.method.lr"].eq(1e-3)
    assert profiles(lay_out(made))["affine"].best.level == 1e-3
    made.trials.loc[best & made.trials["seed"].eq(3), "status"] = "failed"
    assert profiles(lay_out(made))["affine"].best.level == 1e-4
