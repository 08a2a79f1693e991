"""Tables 2 and 3 of SemiX beside our numbers, and what the paper states of them."""

import numpy as np
import pytest

from harness.metrics.registry import describe_keys
from harness.results import Results
from reports.analysis.contrasts import excess, excess_along
from reports.claims.published import published
from reports.claims.variants import variants_tested
from reports.kinds.shared.printed_table import printed_table
from reports.layout.design import design_of
from reports.layout.scores import all_scores
from tests.reports.helpers.ablations import factorial
from tests.reports.helpers.findings import findings_of

KNOWN = published("semix_losses")
WEIGHTS = ("w_cross", "w_vae_x", "w_vae_y")


def losses(cross: float = 5.3, sup: float = 16.1, seeds: int = 3) -> Results:
    """Each loss on and off: without L_cross errors are ``cross`` higher, of L_sup alone ``sup``."""

    def value(method: str, seed: int, **weights: float | None) -> dict[str, float]:
        rng = np.random.default_rng(
            [9, seed, len(method), *(int(v or 0) for v in weights.values())]
        )
        error = 50 + 4 * seed + rng.normal(0, 0.2)
        error += sup if method == "semix_sup" else cross * (weights["w_cross"] == 0)
        if method == "semix":
            error += 30 * (weights["w_vae_x"] == 0)  # what is left out beside it is not compared
        return {"mpjpe": 1.4 * error, "pa_mpjpe": error}

    return factorial(
        {
            "method": ["semix", "semix_sup"],
            **{f"method.{weight}": [1, 0, None] for weight in WEIGHTS},
        },
        value,
        seeds,
        lambda method, **weights: (
            {value is None for value in weights.values()} == {method == "semix_sup"}
        ),
        metrics=describe_keys(["joint_error"]),
        baseline={"method": "semix"},
    )


def test_the_statements_are_true_of_the_printed_numbers() -> None:
    table = variants_tested(KNOWN, findings_of(losses(), KNOWN))
    assert table.data["verdict"].tolist() == ["holds", "holds"]


@pytest.mark.parametrize(
    ("cross", "sup", "expected"),
    [
        (0.0, 16.1, ["undecided", "holds"]),
        (-3.0, 16.1, ["does not hold", "holds"]),
        (5.3, -2.0, ["holds", "does not hold"]),
    ],
)
def test_they_do_not_hold_of_others(cross: float, sup: float, expected: list[str]) -> None:
    table = variants_tested(KNOWN, findings_of(losses(cross, sup), KNOWN))
    assert table.data["verdict"].tolist() == expected


def test_only_what_is_named_differs_between_the_two() -> None:
    made = losses(cross=5.3)
    design = design_of(made)
    values = next(s for s in all_scores(made, axis=False) if s.outcome.name == "pa_mpjpe").values
    on, off = ({"method": "semix", "method.w_cross": weight} for weight in (1, 0))
    assert excess(design, values, off, on).mean() == pytest.approx(5.3, abs=0.3)
    along = next(f for f in design.factors if f.key == "method.w_vae_x")
    table = excess_along(design, values, off, on, along)
    assert table.shape == (3, 2)
    np.testing.assert_allclose(table.mean(), 5.3, atol=0.5)


def test_each_row_stands_beside_the_variant_that_it_is_of() -> None:
    table = printed_table(KNOWN, all_scores(losses(), axis=False), "A note.")
    rows = table.data.set_index("variant")
    assert rows["pa_mpjpe_published"].tolist() == [49.7, 55.0, 60.6, 76.7]
    assert rows["mpjpe_published"].tolist()[:2] == [68.9, 87.4]
    full, without, _, alone = rows["pa_mpjpe_here"]
    assert without - full == pytest.approx(5.3, abs=0.3)
    assert alone - full == pytest.approx(16.1, abs=0.3)
