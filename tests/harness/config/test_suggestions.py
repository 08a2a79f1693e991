"""What was meant by a key that is not there."""

import pytest

from harness.config.suggestions import meant
from harness.config.sweep import resolve
from harness.errors import UserError, nearest

KNOWN = [
    *("method", "dataset", "scale", "method.d", "method.lr", "method.beta", "method.network"),
    *("scale.epochs", "scale.batch_size", "scale.test_limit", "dataset.warp", "run_dir", "seeds"),
    *("ray.num_cpus", "ray.num_gpus", "trials"),
]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("method.latent_dim", "method.d"),
        ("method.z_dim", "method.d"),
        ("latent-dim", "method.d"),
        ("method.learning_rate", "method.lr"),
        ("learning_rate", "method.lr"),
        ("epochs", "scale.epochs"),
        ("method.epochs", "scale.epochs"),
        ("num_epochs", "scale.epochs"),
        ("batch_size", "scale.batch_size"),
        ("output_dir", "run_dir"),
        ("n_seeds", "seeds"),
        ("model", "method"),
        ("gpus", "ray.num_gpus"),
        ("metod", "method"),
        ("method.lrr", "method.lr"),
        ("scale.epoch", "scale.epochs"),
        ("method.zzz", ""),
    ],
)
def test_other_names_come_before_spellings_and_the_own_group_before_others(
    written: str, key: str
) -> None:
    assert meant(written, KNOWN) == key


@pytest.mark.parametrize(
    ("word", "near"),
    [("factor_vae", ""), ("croos_vae", "cross_vae"), ("vaee", "vae"), ("beta_va", "beta_vae")],
)
def test_a_shared_ending_is_no_resemblance(word: str, near: str) -> None:
    assert nearest(word, ["vae", "beta_vae", "cross_vae", "cycle_vae", "rodi"]) == near


def test_an_option_of_other_datasets_is_said_to_be_theirs() -> None:
    asked = ["method=semix_sketch", "scale=smoke"]
    with pytest.raises(
        UserError, match=r"mean 'dataset\.size'.*Datasets that have it: .*mannequin"
    ):
        resolve([*asked, "dataset=shoes", "dataset.downscale=2"])
    with pytest.raises(UserError, match=r"mean 'dataset\.downscale'.*that have it: .*shoes"):
        resolve([*asked, "dataset=mannequin", "dataset.size=64"])
