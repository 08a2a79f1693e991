"""Which device a trial gets."""

import pytest
import torch

from harness.cli import main
from harness.errors import UserError
from harness.trial.device import pick_device


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: request.param)


@pytest.mark.parametrize(
    ("gpus", "asked", "given"),
    [
        (0, "auto", "cpu"),
        (0, "cpu", "cpu"),
        (1, "auto", "cuda"),
        (1, "cpu", "cpu"),
        (1, "cuda", "cuda"),
        (1, "cuda:0", "cuda:0"),
        (4, "cuda:3", "cuda:3"),
    ],
    indirect=["gpus"],
)
def test_a_device_that_is_there(gpus: None, asked: str, given: str) -> None:
    assert pick_device(asked) == torch.device(given)


@pytest.mark.parametrize(
    ("gpus", "asked", "said"),
    [
        (0, "cuda", "device=cuda, but torch sees no GPU here"),
        (0, "cuda:1", "device=cuda:1, but torch sees no GPU here"),
        (1, "cuda:1", "sees only cuda:0 here"),
        (2, "cuda:2", "sees only cuda:0 to cuda:1 here"),
    ],
    indirect=["gpus"],
)
def test_a_gpu_that_is_not_there(gpus: None, asked: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        pick_device(asked)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "device=cuda:x"], "write auto, cpu, cuda, or cuda:1 for one GPU"),
        (["train", "device=gpu"], "write auto, cpu, cuda, or cuda:1 for one GPU"),
        (["sweep", "device=cuda:1"], "would give all trials of a sweep one GPU"),
    ],
)
def test_a_device_that_cannot_be(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "dry_run=true"]) == 2
    assert said in capsys.readouterr().err
