"""From arguments to trials: seeds, scales, and the ids that results are kept under."""

import dataclasses
import json
from pathlib import Path

import pytest

from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.datasets.registry import DATASETS
from harness.methods import hyperparameter_names
from harness.planning import describe_sweep, plan_frame
from models.pairs.rodi.hyperparameters import RodiHyperparameters
from models.registry import METHOD_PATHS
from tests.harness.config.helpers.fitting import fitting

GOLDEN = ["method=vae", "dataset=digits", "scale=smoke", "method.lr=1e-3", "seed=7"]
GOLDEN_CONFIG = {
    "method": {
        "name": "vae",
        "lr": 0.001,
        "beta": 1.0,
        "likelihood": "bernoulli",
        "sigma2": 0.1,
        "d": 4,
        "network": "mlp",
        "encoder_widths": [128, 64],
        "decoder_widths": [64, 64],
    },
    "dataset": {"name": "digits", "warp": "fresh", "rotate": 20.0, "translate": 0.1},
    "scale": {
        "name": "smoke",
        "epochs": 4,
        "batch_size": 128,
        "warmup_fraction": 0.5,
        "eval_every": 1,
        "train_limit": 1000,
        "test_limit": 200,
        "budget": "fast",
    },
    "metrics": ["elbo", "mse"],
    "seed": 7,
}
GOLDEN_ID = "b1ab30f3f711"


def only_trial(*arguments: str) -> TrialConfig:
    (trial,) = resolve(list(arguments), single=True).trials
    return trial


def test_seeds_count_from_the_first() -> None:
    assert [trial.seed for trial in resolve([]).trials] == [0, 1, 2]
    assert [trial.seed for trial in resolve(["seed=5", "seeds=2"]).trials] == [5, 6]
    assert only_trial("seed=5", "seeds=9").seed == 5


def test_scale_paper_takes_each_datasets_published_epochs_and_batch_size() -> None:
    for name in DATASETS.paths():
        options = DATASETS.load(name)
        scale = only_trial(f"dataset={name}", "scale=paper").scale
        assert scale.epochs == options.published_epochs
        assert scale.batch_size == options.published_batch_size
        assert (scale.train_limit, scale.test_limit, scale.warmup_fraction) == (None, None, 0.5)
    # Detlefsen and Hauberg 2019, supplement, section 2: 2000 epochs, batches of 512, on MNIST.
    mnist = only_trial("dataset=mnist", "scale=paper").scale
    assert (mnist.epochs, mnist.batch_size) == (2000, 512)
    assert only_trial("scale=paper", "scale.epochs=3").scale.epochs == 3


def test_scales_grow() -> None:
    smoke, small, paper = (
        only_trial(f"scale={name}").scale for name in ("smoke", "small", "paper")
    )
    assert smoke.epochs < small.epochs < paper.epochs
    assert (smoke.train_limit, smoke.test_limit) < (small.train_limit, small.test_limit)


def test_a_method_may_have_other_defaults_at_a_smaller_scale() -> None:
    rodi = "method=rodi", "dataset=digits"
    found = {
        scale: only_trial(*rodi, f"scale={scale}").hyperparameters
        for scale in ("smoke", "small", "paper")
    }
    assert found["paper"] == RodiHyperparameters()
    assert [found[scale].network for scale in found] == ["tiny", "small", "paper"]
    assert [found[scale].warmup for scale in found] == [0.05, 0.05, 0.01]
    assert only_trial(*rodi).hyperparameters == found["small"]
    asked = only_trial(*rodi, "scale=smoke", "method.network=paper").hyperparameters
    assert (asked.network, asked.warmup) == ("paper", 0.05)


def test_a_sweep_over_scales_has_the_defaults_of_each() -> None:
    trials = resolve(["method=rodi", "dataset=digits", "scale=choice(smoke,paper)"]).trials
    assert {(t.scale.name, t.hyperparameters.network) for t in trials} == {
        ("smoke", "tiny"),
        ("paper", "paper"),
    }


def test_trial_id_has_not_changed() -> None:
    """A run directory of an earlier version is only taken up if ids stay what they were."""
    trial = only_trial(*GOLDEN)
    added = {  # since then, and as it was before
        "dataset": {"obscured": "none", "mask_seed": 0},
        "scale": {"shuffle": True, "precision": "float32"},
    }
    expected = {group: {**GOLDEN_CONFIG[group], **values} for group, values in added.items()}
    assert trial.as_dict() == {**GOLDEN_CONFIG, **expected}
    assert trial.trial_id == GOLDEN_ID


def test_trial_id_differs_in_every_field() -> None:
    trial = only_trial(*GOLDEN)
    changed = [
        dataclasses.replace(
            trial, **{part: dataclasses.replace(getattr(trial, part), **{key: "x"})}
        )
        for part in ("hyperparameters", "dataset", "scale")
        for key in (field.name for field in dataclasses.fields(getattr(trial, part)))
    ]
    changed += [
        dataclasses.replace(trial, method="u_vitae"),
        dataclasses.replace(trial, metrics=("mse",)),
        dataclasses.replace(trial, seed=8),
        only_trial(*GOLDEN, "dataset=glyphs"),
    ]
    ids = {other.trial_id for other in changed} | {trial.trial_id}
    assert len(ids) == len(changed) + 1


@pytest.mark.parametrize(
    "arguments",
    [
        GOLDEN[::-1],
        [*GOLDEN, "run_dir=elsewhere"],
        [*GOLDEN, "data_root=/data"],
        [*GOLDEN, "ray=cluster", "ray.num_cpus=7", "ray.cpus_per_trial=2"],
        [*GOLDEN, "device=cuda", "dry_run=true", "retry_failed=true", "seeds=8"],
        [*GOLDEN, "method.beta=1", "method.encoder_widths=[128,64]"],
    ],
)
def test_trial_id_is_that_of_the_result_alone(arguments: list[str]) -> None:
    assert only_trial(*arguments).trial_id == GOLDEN_ID


@pytest.mark.parametrize(
    ("method", "dataset"), [(each, on) for each in METHOD_PATHS for on in fitting(each)]
)
def test_a_trial_survives_json(method: str, dataset: tuple[str, ...]) -> None:
    lr = ["method.lr=1e-3"] if "lr" in hyperparameter_names(method) else []
    trial = only_trial(f"method={method}", *dataset, *lr)
    again = trial_from_dict(json.loads(json.dumps(trial.as_dict())))
    assert again == trial
    assert again.as_dict() == trial.as_dict()
    assert again.trial_id == trial.trial_id


def test_params_are_the_flat_configuration_without_names_and_seed() -> None:
    params = only_trial(*GOLDEN).params()
    assert params["method.lr"] == 1e-3
    assert params["scale.name"] == "smoke"
    assert params["dataset.warp"] == "fresh"
    assert not params.keys() & {"method.name", "dataset.name", "seed", "metrics"}


def test_plan_of_ten_thousand_trials() -> None:
    lrs, ds = "method.lr=choice(1e-4,1e-3,1e-2,1e-1)", "method.d=range(1,26)"
    sweep = resolve(["method=vae", lrs, ds, "seeds=100"])
    frame = plan_frame(sweep.trials)
    assert len(frame) == frame["trial_id"].nunique() == 10_000
    row = frame.iloc[4321]
    assert (row["param.method.d"], row["param.method.lr"], row["seed"]) == (19, 1e-3, 21)
    assert trial_from_dict(json.loads(row["config"])).trial_id == row["trial_id"]


def test_sweep_says_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: T\nsource: S\npaper: P\nsweep: {method.lr: 'choice(1e-4,1e-3)'}\n")
    arguments = [f"space={path}", "scale=smoke", "seeds=2", "metrics=[mse]"]
    told = describe_sweep(resolve(arguments), "unbraid sweep ...")
    assert (told["space"], told["title"], told["source"], told["paper"]) == ("mine", "T", "S", "P")
    assert (told["scale"], told["trials"], told["seeds"]) == ("smoke", 4, 2)
    assert told["swept"] == {"method.lr": [1e-4, 1e-3]}
    assert [metric["name"] for metric in told["metrics"]] == ["mse"]
    assert told["command"] == "unbraid sweep ..."
    assert json.loads(json.dumps(told)) == told, "sweep.yaml keeps plain values alone"
