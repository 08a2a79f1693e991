"""``unbraid config``: the resolved configuration as YAML, with the source of every value."""

import re

import pytest
import yaml

from harness.cli import main
from harness.config.sweep import resolve

Capture = pytest.CaptureFixture[str]


def shown(arguments: list[str], capsys: Capture) -> tuple[list[dict], dict[str, str]]:
    """Return the documents, and the source of each line of the last one by its key."""
    assert main(["config", *arguments]) == 0
    text = capsys.readouterr().out
    last = text.rpartition("---")[2]
    return list(yaml.safe_load_all(text)), dict(re.findall(r"^ *(\w+): .*?  # (.*)$", last, re.M))


def test_it_is_what_a_trial_gets(capsys: Capture) -> None:
    arguments = ["method=vae", "method.lr=3e-4", "scale=smoke", "seeds=2", "dataset=glyphs"]
    (settings, shown_trial), _ = shown(arguments, capsys)
    sweep = resolve(arguments)
    expected = sweep.trials[0].as_dict()
    del expected["seed"]
    assert shown_trial == expected
    assert settings["seeds"] == 2
    assert settings["ray"]["max_retries"] == sweep.settings.ray.max_retries


def test_every_value_has_its_source(capsys: Capture) -> None:
    arguments = ["space=vitae_mnist", "scale=smoke", "dataset=digits", "method=c_vitae"]
    _, source = shown(arguments, capsys)
    assert source["warp"] == "default"
    assert source["epochs"] == "scale=smoke"
    assert source["lr"] == "space vitae_mnist, at scale=smoke"
    assert source["transform"] in ("default", "space vitae_mnist, for c_vitae")
    _, source = shown([*arguments, "method.lr=1e-3"], capsys)
    assert source["lr"] == "command line"


def test_what_is_swept_has_all_of_its_values(capsys: Capture) -> None:
    documents, source = shown(
        ["method=choice(vae,beta_vae)", "method.lr=choice(1e-4,1e-3)", "scale=smoke"], capsys
    )
    assert [document["method"]["name"] for document in documents[1:]] == ["vae", "beta_vae"]
    assert documents[2]["method"]["lr"] == [1e-4, 1e-3]
    assert source["lr"] == "swept: command line"


def test_an_interval_is_in_words(capsys: Capture) -> None:
    documents, _ = shown(["space=tune_vitae", "scale=smoke", "trials=4"], capsys)
    assert documents[1]["method"]["d"] == "interval(2,16)"
    assert documents[0]["trials"] == 4


def test_a_mistake_is_one_as_in_a_sweep(capsys: Capture) -> None:
    assert main(["config", "method.zzz=1"]) == 2
    assert "Unknown key 'method.zzz'" in capsys.readouterr().err
