"""Table 4 of dVAE beside our numbers."""

import numpy as np
import pytest

from harness.metrics.registry import describe_keys, metric_keys
from reports.claims.published import published
from reports.claims.variants import variants_tested
from reports.kinds.shared.printed_table import printed_table
from reports.layout.scores import all_scores
from tests.reports.helpers.ablations import factorial
from tests.reports.helpers.findings import findings_of

KNOWN = published("dvae_disentanglement")
ROWS = {method: dict(zip(KNOWN.metrics, row, strict=True)) for method, row in KNOWN.printed.items()}
ASKED = ("regress_out",)


def results(rows=ROWS, seeds=3):
    """Our numbers are the printed ones, with a little noise."""

    def value(method, seed):
        rng = np.random.default_rng(seed)
        known = {name: v for name, v in rows[method].items() if not np.isnan(v)}
        return {name: v + 0.004 * rng.standard_normal() for name, v in known.items()}

    declared = describe_keys(ASKED)
    return factorial({"method": list(ROWS)}, value, seeds, metrics=declared)


def test_the_printed_numbers_are_those_of_table_4():
    ours = ROWS["dvae_pose"]
    assert set(ours) <= set(metric_keys(ASKED))
    y1 = [0.773, 0.779, 0.561, 0.562, 0.782, 0.555]
    y2 = [1.84, 1.99, 1.26, 1.27, 1.09, 2.15]
    both = [b if np.isnan(a) else a for a, b in zip(*KNOWN.printed.values(), strict=True)]
    assert both == [*y1, *y2]
    assert [c.metric for c in KNOWN.columns if c.printed] == list(ours)


def test_the_statements_are_true_of_the_printed_numbers():
    made = results()
    table = variants_tested(KNOWN, findings_of(made, KNOWN))
    assert table.data["verdict"].tolist() == ["holds"] * 4
    mixed = dict(ROWS["dvae_pose"], cpose_auc_20_50_from_viewpoint=0.9)
    made = results({**ROWS, "dvae_pose": mixed})
    table = variants_tested(KNOWN, findings_of(made, KNOWN))
    assert table.data["verdict"].tolist() == ["does not hold", *["holds"] * 3]


@pytest.mark.parametrize("down", [True, False])
def test_published_numbers_stand_beside_ours(down):
    made = results()
    table = printed_table(KNOWN, all_scores(made, axis=False), "A note.", down=down)
    heads = [f"{column.group}, {column.title}" for column in table.columns]
    if not down:
        assert heads[0] == ", variant"
        assert len(heads) == 1 + 2 * 12
        return
    assert heads[1:3] == ["dVAE, published", "dVAE, here"]
    assert len(heads) == 1 + 2 * 2
    what, *numbers = (column.cells[4] for column in table.columns)
    assert what == "CPose AUC 20–50 mm from all of z<br><small>y1, z_cross of x</small>"
    assert numbers[:3] == ["–", "–", "0.782"]
    data = table.data
    assert data["dvae_pose_here"][0] == pytest.approx(0.773, abs=0.02)
    assert np.isnan(data["dvae_pose_published"][4])


def test_without_our_numbers_the_published_ones_stand_alone():
    table = printed_table(KNOWN, [], "", down=True)
    assert set(table.columns[2].cells) == {"–"}
    assert table.columns[1].cells[0] == "0.773"


def test_the_score_of_beta_vae_is_of_its_own_space_beside_chance():
    (score,), names = published("dvae_section_e").printed["dvae_pose"], KNOWN.metrics
    assert score == 1
    assert not [name for name in names if name.startswith("beta_vae")], "Table 4 is of d = 64"
    assert {"untrained_codes", "random_codes"} <= {*published("dvae_section_e").names}
