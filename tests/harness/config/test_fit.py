"""What a dataset is known to be as a whole, and methods that must know it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.config.sweep import resolve
from harness.errors import UserError
from harness.trial.weights import _described, _spec
from models.declaration import DataSpec
from models.vae.hyperparameters import VAEDeclaration


def test_a_method_is_refused_where_a_table_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VAEDeclaration, "tables", ("pose_basis",))
    resolve(["method=vae", "dataset=humans", "scale=smoke"])
    with pytest.raises(
        UserError, match=r"'digits' does not say pose_basis\. Datasets that do: humans"
    ):
        resolve(["method=vae", "dataset=digits", "scale=smoke"])


def test_what_does_not_fit_is_refused_before_any_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(cls: type, hyperparameters: Any, tables: Mapping[str, tuple[int, ...]]) -> str:
        del cls
        many = hyperparameters.d > tables["pose_basis"][0] - 1
        return "too many. Ask for fewer." if many else ""

    monkeypatch.setattr(VAEDeclaration, "fault", classmethod(fault))
    trial = ["method=vae", "dataset=humans", "scale=smoke"]
    resolve([*trial, "method.d=51"])
    with pytest.raises(UserError, match=r"'vae' with the dataset 'humans': too many\. Ask"):
        resolve([*trial, "method.d=52"])


@pytest.mark.parametrize(
    "of", ["semix dataset=humans", "semix_sketch dataset=shoes", "dvae_pose dataset=hands"]
)
def test_weights_that_cannot_start_an_encoder_are_refused(of: str, tmp_path: Path) -> None:
    trial = [*f"method={of}".split(), "scale=smoke"]
    there, missing = tmp_path / "resnet.pth", tmp_path / "other.pth"
    there.touch()
    with pytest.raises(UserError, match=r"for a ResNet, and method\.network=tiny has none"):
        resolve([*trial, f"method.encoder_weights={there}"])
    with pytest.raises(UserError, match=r"other\.pth: there is no such file"):
        resolve([*trial, f"method.encoder_weights={missing}", "method.network=paper"])
    resolve([*trial, f"method.encoder_weights={there}", "method.network=paper"])


@pytest.mark.parametrize("of", ["semix dataset=humans", "semix_sketch dataset=mannequin"])
def test_a_method_without_any_loss_is_refused(of: str) -> None:
    names = ("w_vae_x", "w_vae_y", "w_cross", "w_sup")
    zero = [f"method.{name}=0" for name in names]
    trial = [*f"method={of}".split(), "scale=smoke"]
    resolve([*trial, *zero[1:]])
    with pytest.raises(UserError, match=r"nothing is learnt, as method\.w_vae_x, .* are all 0"):
        resolve([*trial, *zero])


def test_a_kept_model_has_the_shapes_of_tables_and_none_is_written_without() -> None:
    plain = DataSpec((1, 8, 8), 5, modalities={"pose": (3, 3)})
    assert "tables" not in _described(plain)
    assert _spec(_described(plain)) == plain
    table = np.ones((3, 2), np.float32)
    spec = _spec(_described(DataSpec((1, 8, 8), 5, tables={"basis": table})))
    np.testing.assert_array_equal(spec.tables["basis"], np.zeros((3, 2)))
