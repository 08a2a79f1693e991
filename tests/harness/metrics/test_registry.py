"""The metrics by name and by dotted path, and what a run directory stores of them."""

from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.errors import UserError
from harness.evaluation.scores import evaluate
from harness.metrics.metric import MetricKey, metric
from harness.metrics.registry import (
    METRIC_PATHS,
    METRICS,
    check_metrics,
    describe_keys,
    known_keys,
    metric_keys,
    with_labels,
)
from tests.harness.metrics.helpers.contract import Oracle, data, dataset

MINE = '''
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Reconstructs


@metric(
    needs=Reconstructs,
    keys=[MetricKey("brightness", "mean brightness", "none", "", "[0, 1]", "the images\\' own")],
)
def brightness(method: Reconstructs, data: EvaluationData) -> dict[str, float]:
    """Mean of reconstructed test images."""
    parts = [method.reconstruct(batch["image"]).mean((1, 2, 3)) for batch in data.test_batches()]
    return {"brightness": float(sum(part.sum() for part in parts)) / len(data.dataset.test)}


@metric(keys=[MetricKey("mse", "another", "none", "", "[0, 1]", "0")])
def rival(method: object, data: EvaluationData) -> dict[str, float]:
    """Reports what another metric reports."""
    return {"mse": 0.0}


def plain(method: object, data: EvaluationData) -> dict[str, float]:
    """Is not decorated."""
    return {}
'''


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "metric_of_the_tests.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("outside")
def test_a_metric_from_outside_by_its_dotted_path() -> None:
    name = "metric_of_the_tests.brightness"
    assert check_metrics(["mse", name]) == ("mse", name)
    found = evaluate(Oracle(dataset()), data(), [name], seed=0)
    assert found["brightness"] == pytest.approx(dataset().test.images.mean() / 255, abs=1e-6)


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["mse", "metric_of_the_tests.rival"], "both report 'mse'"),
        (["metric_of_the_tests.plain"], "is not a metric"),
        (["metric_of_the_tests.nothing"], "has no 'nothing'"),
    ],
)
def test_what_cannot_be_a_metric_is_refused(names: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_metrics(names)


@pytest.mark.usefixtures("outside")
def test_one_metric_by_two_names_is_refused_and_a_repeated_name_is_not() -> None:
    with pytest.raises(UserError, match=r"mse and .* both report 'mse'"):
        check_metrics(["mse", METRIC_PATHS["mse"]])
    assert check_metrics(["mse", "elbo", "mse"]) == ("mse", "elbo", "mse")


def test_a_metric_needs_a_docstring_and_keys() -> None:
    key = MetricKey("one", "one", "none", "", "[1, 1]", "1")

    def bare(method: Oracle, data: Dataset) -> dict[str, float]:
        return {"one": 1.0}

    with pytest.raises(TypeError, match="'bare' needs a docstring and keys"):
        metric(keys=[key])(bare)
    bare.__doc__ = "One.\n\nAlways."
    with pytest.raises(TypeError, match="'bare' needs a docstring and keys"):
        metric(keys=[])(bare)
    made = metric(keys=[key])(bare)
    assert (made.name, made.summary, made.keys, made.draws) == ("bare", "One.", (key,), False)


def test_metrics_that_draw_are_those_with_a_generator() -> None:
    drawing = {name for name in METRIC_PATHS if METRICS.load(name).draws}
    assert drawing == {"elbo", "log_px", "information", "seconds", "regress_out"} | {
        "bits_per_dimension",
        "beta_vae_score",
        "factor_vae_score",
        "infomec",
    }


def test_what_a_metric_takes_is_said_in_words() -> None:
    takes = METRICS.load("factor_scores").takes
    assert takes.startswith("a method with Encodes (models/protocols.py)")
    assert takes.endswith(", a dataset with appearance factors and pose factors")
    assert METRICS.load("seconds").takes == "any method and dataset"
    words = [METRICS.load(name).takes for name in METRIC_PATHS]
    assert not [text for text in words if "known_" in text or "_factor" in text]


MSE = {"name": "mse", "label": "MSE", "direction": "lower", "unit": "squared intensity"}


def test_a_sweep_stores_label_range_and_meaning() -> None:
    stored = describe_keys(["mse", "elbo"])
    assert stored[0] == MSE | {"range": "[0, 1]", "meaning": METRICS.load("mse").summary}
    assert [entry["name"] for entry in stored] == metric_keys(["mse", "elbo"])
    assert [entry["label"] for entry in stored] == ["MSE", "ELBO", "log likelihood", "KL"]


def test_labels_are_filled_in_where_an_older_sweep_has_none() -> None:
    older = [{k: v for k, v in MSE.items() if k != "label"}, {"name": "kl", "direction": "none"}]
    filled = with_labels(older)
    assert filled[0] == MSE | {"range": "[0, 1]"}
    assert filled[1] == {"name": "kl", "direction": "none", "label": "KL", "range": "[0, inf)"}
    assert older[1] == {"name": "kl", "direction": "none"}, "what was given stays as it is"


def test_what_has_a_label_or_is_not_ours_stays_as_it_is() -> None:
    stored = [
        {"name": "mse", "label": "mine"},
        {"name": "sharpness", "direction": "higher"},
        {"direction": "none"},
        "mse",
    ]
    assert with_labels(stored) == stored
    assert with_labels([]) == []


def test_keys_of_ours() -> None:
    assert list(known_keys()) == metric_keys(METRIC_PATHS)
    assert known_keys()["viewpoint_degrees"].unit == "°"
