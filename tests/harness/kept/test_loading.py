"""A kept model in a fresh process is the trained method, bit for bit."""

import hashlib
import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import harness
import harness.trial.scoring
from harness.cli import main
from harness.data.cache import sources
from harness.data.images import Images
from harness.datasets.registry import load_dataset
from harness.errors import CorruptFileError
from harness.results import load
from harness.trial import weights
from models.method import Method

SMALL = ("scale=smoke", "scale.epochs=1", "scale.test_limit=48", "scale.train_limit=96")
GLYPHS = ("dataset=glyphs", "dataset.n_train=96", "dataset.n_test=48", "scale.batch_size=16")
HANDS = (
    "dataset=hands",
    "dataset.downscale=4",
    "dataset.n_train=48",
    "dataset.n_test=48",
    "scale.batch_size=16",
)
OF_FACTORS = "appearance_knn,factor_scores,beta_vae_pairs"
OF_HANDS = "probes,pose_error,viewpoint_error,beta_vae_labels,regress_out,pose_drift"
FAMILIES = {
    "vae": ("method=c_vitae", *GLYPHS, f"metrics=[elbo,mse,log_px,latents,{OF_FACTORS}]"),
    "pairs": (
        *("method=rodi", "method.network=tiny", *GLYPHS),
        f"metrics=[mse,latents,information,pairs,{OF_FACTORS}]",
    ),
    "labelled": (
        *("method=dvae_synthesis", "method.network=tiny", "method.d=4", *HANDS),
        f"metrics=[elbo,mse,latents,pairs,{OF_HANDS}]",
    ),
}
"""A method of each family, with every metric that it can be scored on, but its speed."""

FRESH = """
import json, sys
import numpy as np, torch
import harness
assert "torch._dynamo" not in sys.modules
from harness.datasets.registry import load_dataset
from harness.kept.choosing import choose
from harness.kept.evaluation import Task, score
from harness.config.trials import trial_from_dict
from harness.results import load
import hashlib

torch.set_num_threads(1)
for run in sys.argv[1:]:
    results = load(run)
    model = choose(results, None)
    trial = trial_from_dict(model.config)
    dataset = load_dataset(trial.dataset, None)
    method = harness.load_model(run)
    with torch.no_grad():
        made = method.reconstruct(dataset.test.images[:8]).numpy().tobytes()
    scored = score(results, Task(model, trial, trial.metrics), dataset, "cpu")
    print(json.dumps([hashlib.sha256(made).hexdigest(), scored.scores]))
"""


def train(run: Path, *arguments: str) -> Method:
    """Train by the command and return the method itself, as it was when it was kept."""
    kept: list[Method] = []

    def watched(method: Method, *rest: Any) -> bytes:
        kept.append(method)
        return weights.encode_model(method, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harness.trial.scoring, "encode_model", watched)
        assert main(["train", *arguments, *SMALL, f"run_dir={run}"]) == 0
    return kept[0].eval()


def test_in_a_fresh_process_reconstructions_and_all_metrics_are_the_same_bits(
    tmp_path: Path,
) -> None:
    trained = {name: train(tmp_path / name, *arguments) for name, arguments in FAMILIES.items()}
    command = [sys.executable, "-c", FRESH, *(str(tmp_path / name) for name in FAMILIES)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for (name, method), line in zip(trained.items(), ran.stdout.splitlines(), strict=True):
        digest, scores = json.loads(line)
        results = load(tmp_path / name)
        row = results.trials.filter(regex=r"^metric\.").iloc[0].dropna().to_dict()
        assert len(row) > 8, name
        assert {f"metric.{key}": value for key, value in scores.items()} == row, name
        (config,) = results.plan["config"]
        options = loading_options(json.loads(config))
        images = Images(load_dataset(options, None).test.images, torch.device("cpu"))
        with torch.no_grad():
            made = method.reconstruct(next(images.gathered([torch.arange(8)])))
        assert hashlib.sha256(made.numpy().tobytes()).hexdigest() == digest, name


def loading_options(config: dict[str, Any]) -> Any:
    from harness.config.trials import trial_from_dict

    return trial_from_dict(config).dataset


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("kept") / "run"
    train(run, "method=vae", "dataset=digits")
    return run


def test_importing_the_harness_costs_nothing() -> None:
    code = "import sys, harness; print(callable(harness.load_model), len(sys.modules))"
    bare = "import sys, importlib, typing; print(len(sys.modules))"
    ran = [
        subprocess.run([sys.executable, "-c", each], capture_output=True, text=True, check=True)
        for each in (code, bare)
    ]
    there, modules = ran[0].stdout.split()
    assert there == "True"
    assert int(modules) <= int(ran[1].stdout) + 3


def test_the_method_is_ready_for_use(run: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        method = harness.load_model(str(run))
    assert isinstance(method, Method)
    assert not method.training
    assert not any(parameter.requires_grad for parameter in method.parameters())
    assert method.hyperparameters.d == 4
    assert method.data.image_shape == (1, 28, 28)
    assert method.sample(2, torch.Generator().manual_seed(0)).shape == (2, 1, 28, 28)


def test_other_code_of_the_method_is_a_warning_that_names_it(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now: Callable[[Any], dict[str, str]] = sources.digests_of
    monkeypatch.setattr(weights, "digests_of", lambda m: {**now(m), "models.vae.vae": "edited"})
    with pytest.warns(UserWarning, match="other code of the method 'vae'") as warned:
        harness.load_model(run)
    assert "torch 2" in str(warned[0].message)
    assert "models.vae.vae has been edited. It may compute" in str(warned[0].message)
    assert warned[0].filename == __file__, "it points to who asked for the model"


def test_a_damaged_file_is_refused_with_a_remedy(run: Path, tmp_path: Path) -> None:
    (model,) = (run / "models").iterdir()
    whole = model.read_bytes()
    try:
        model.write_bytes(whole[:-1])
        with pytest.raises(CorruptFileError, match=r"models/\w+\.safetensors: torn .*new|another"):
            harness.load_model(run)
    finally:
        model.write_bytes(whole)
