"""What AIGN's paper states of a learnt decoder, tested on results that are planted."""

import numpy as np
import pytest

from harness.metrics.registry import describe_keys
from harness.results import Results
from reports.claims.published import published
from reports.claims.variants import variants_tested
from tests.reports.helpers.ablations import factorial
from tests.reports.helpers.findings import findings_of

KNOWN = published("aign_decoder")


def decoders(changed: float, recovered: float) -> Results:
    """The learnt decoder changes ``changed`` more classes and recovers ``recovered`` of its input.

    It does so at the slower pace alone: at the other it recovers nothing.
    """

    def value(
        method: str, decoder: str | None, w_adv: float | None, d_lr: float | None, seed: int
    ) -> dict[str, float]:
        if decoder is None or w_adv is None or d_lr is None:
            return {"class_change": 0.4, "recovered_r2": 1.0}
        noise = 0.01 * np.sin(7 * seed + w_adv + len(decoder))
        learnt = decoder == "parametric"
        r2 = (recovered if d_lr < 5e-5 else 0.0) if learnt else 0.95
        return {"class_change": 0.3 + changed * learnt + noise, "recovered_r2": r2 + noise}

    return factorial(
        {
            "method": ["aign_digits", "mean_hole"],
            "method.decoder": ["render", "parametric", None],
            "method.w_adv": [0.001, 0.1, None],
            "method.d_lr": [1e-4, 1e-5, None],
        },
        value,
        planned=lambda method, **own: (
            {each is None for each in own.values()} == {method == "mean_hole"}
        ),
        metrics=describe_keys(["class_change", "inpainting"]),
        baseline={"method": "aign_digits"},
    )


@pytest.mark.parametrize(
    ("changed", "recovered", "expected"),
    [
        (0.5, 0.8, ["holds", "holds"]),
        (0.5, 0.2, ["does not hold", "holds"]),
        (-0.2, 0.8, ["does not hold", "does not hold"]),
        (0.0, 0.8, ["undecided", "undecided"]),
    ],
)
def test_both_parts_must_be_true(changed: float, recovered: float, expected: list[str]) -> None:
    made = decoders(changed, recovered)
    table = variants_tested(KNOWN, findings_of(made, KNOWN))
    assert table.data["verdict"].tolist() == expected


@pytest.mark.parametrize(
    ("moved", "kept", "expected"),
    [(0.2, 0.8, "holds"), (-0.2, 0.8, "does not hold"), (0.2, 0.3, "does not hold")],
)
def test_a_biased_memory_moves_its_attribute_and_keeps_the_others(
    moved: float, kept: float, expected: str
) -> None:
    def value(method: str, memory_biased: bool | None, seed: int) -> dict[str, float]:
        noise = 0.01 * np.sin(7 * seed + len(method) + bool(memory_biased))
        return {
            "attribute_rate": 0.3 + moved * (memory_biased is True) + noise,
            "attributes_kept": kept + noise,
        }

    made = factorial(
        {"method": ["aign_inpaint", "mean_hole"], "dataset.memory_biased": [False, True, None]},
        value,
        planned=lambda method, memory_biased: (memory_biased is None) == (method == "mean_hole"),
        metrics=describe_keys(["attribute_rate"]),
    )
    known = published("aign_inpaint")
    table = variants_tested(known, findings_of(made, known))
    assert table.data["verdict"].tolist() == [expected]


def test_a_run_without_the_setting_leaves_it_open() -> None:
    made = factorial(
        {"method": ["aign_digits"], "method.decoder": ["render", "parametric"]},
        lambda decoder, seed, **_: {"class_change": 0.3 + 0.1 * seed, "recovered_r2": 0.9},
        metrics=describe_keys(["class_change", "inpainting"]),
    )
    table = variants_tested(KNOWN, findings_of(made, KNOWN))
    assert table.data["verdict"].tolist()[0] == "undecided"
    assert "this run does not vary method" in " ".join(map(str, table.data.iloc[0]))
