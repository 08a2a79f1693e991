"""References run as ordinary trials, with nothing to train."""

from pathlib import Path

import pytest
import torch

from harness.cli import main
from harness.metrics.disentanglement import boosting
from harness.results import load
from models.declaration import DataSpec
from models.reference.codes import OracleCodes, RandomCodes, UntrainedCodes
from models.reference.declarations import OracleHyperparameters, RandomHyperparameters

SPEC = DataSpec((1, 4, 4), n_train=8)


def test_the_oracle_says_what_it_is_told_about_its_middle() -> None:
    oracle = OracleCodes(OracleHyperparameters(), SPEC)
    told = {"appearance": torch.tensor([[0.0], [1.0]]), "pose": torch.tensor([[0.25], [0.5]])}
    codes = oracle.encode_known(torch.arange(2), told)
    assert {group: code.tolist() for group, code in codes.items()} == {
        "appearance": [[-0.5], [0.5]],
        "pose": [[-0.25], [0.0]],
    }


def built(seed: int) -> RandomCodes:
    torch.manual_seed(seed)
    return RandomCodes(RandomHyperparameters(d=3), SPEC)


def test_noise_is_of_the_row_and_of_the_seed_alone() -> None:
    rows = torch.arange(1000)
    codes = built(0).encode_known(rows, {})["latent"]
    assert codes.shape == (1000, 3)
    # The mean of 1,000 numbers deviates by 0.03, their deviation by 0.02.
    assert codes.mean(0).abs().max() < 0.15
    assert (codes.std(0) - 1).abs().max() < 0.1
    other = built(0).encode_known(rows[5:7], {"pose": torch.ones(2, 1)})["latent"]
    assert torch.equal(other, codes[5:7])
    assert not torch.equal(built(1).encode_known(rows, {})["latent"], codes)


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 28, 28), (1, 400, 200)])
def test_an_untrained_network_reads_images_of_any_size(shape: tuple[int, int, int]) -> None:
    untrained = UntrainedCodes(RandomHyperparameters(d=3), DataSpec(shape, n_train=8))
    codes = untrained.encode(torch.rand(2, *shape))["latent"]
    assert codes.shape == (2, 3)
    assert not torch.equal(codes[0], codes[1])
    assert untrained.phases() == ()


@pytest.mark.parametrize(("method", "expected"), [("oracle_codes", 0.9), ("random_codes", 0.1)])
def test_a_trial_of_a_reference_ends_well_and_its_model_is_scored_again(
    method: str,
    expected: float,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boosting, "STAGES", 2)
    run = str(tmp_path / "run")
    chosen = (f"method={method}", "dataset=glyphs", "dataset.n_train=64", "dataset.n_test=300")
    arguments = ["train", *chosen, "metrics=[sap_continuous]", "scale=smoke", f"run_dir={run}"]
    assert main(arguments) == 0
    assert main(["evaluate", run, "metrics=[mig,downstream]"]) == 0
    assert "not scored: downstream_1000: there are only" in capsys.readouterr().out
    (row,) = load(run).trials.to_dict("records")
    assert row["status"] == "ok"
    assert (row["metric.sap_continuous"] > expected) == (method == "oracle_codes")
    assert row["metric.mig"] > 0
    assert row["env.unscored"].startswith("downstream_1000: there are only")
    assert row["env.scikit_learn"]
