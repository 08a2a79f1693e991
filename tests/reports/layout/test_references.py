"""References show ceiling and chance: no comparison ranks them, and none is made with them."""

import pandas as pd

from reports.analysis.families import families
from reports.kinds.shared.score_tables import leader, metrics_table
from reports.layout.outcome import Outcome, read_outcome
from reports.layout.scores import Scores, baseline, is_reference


def made_up() -> Scores:
    """The oracle is far the best, ``rodi`` the best method."""
    outcome = read_outcome({"name": "mig", "label": "MIG", "direction": "higher", "unit": ""})
    assert isinstance(outcome, Outcome)
    means = {"oracle_codes": 1.0, "vae": 0.2, "rodi": 0.6, "random_codes": 0.0}
    return Scores(
        outcome,
        {
            name: pd.Series([mean + 0.001 * (seed * len(name) % 5) for seed in range(5)])
            for name, mean in means.items()
        },
    )


def test_a_reference_is_never_the_best_nor_what_others_are_compared_with():
    score = made_up()
    assert score.ranked == ["vae", "rodi"]
    assert score.best == "rodi"
    assert baseline(("oracle_codes", "rodi")) == "rodi"
    assert is_reference("oracle_codes, d=10")
    assert not is_reference("vae")


def test_no_comparison_is_made_with_a_reference_and_none_is_bold():
    score = made_up()
    family = families([score], "vae")["mig"]
    assert {name for pair in family.compared for name in pair} == {"vae", "rodi"}
    assert leader(score, family) == "rodi"
    table = metrics_table([score], {"mig": family}, tuple(score.values), "method")
    cells = dict(zip(table.columns[0].cells, table.columns[1].cells, strict=True))
    assert "<b>" in cells["rodi"]
    assert not any("<b>" in cells[f"<i>{name}</i>"] for name in ("oracle_codes", "random_codes"))
    assert "In italics" in table.caption
