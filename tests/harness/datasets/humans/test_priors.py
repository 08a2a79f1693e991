"""Cameras of ``humans`` see bodies where the labels say, and its basis makes bodies of weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from harness.datasets.humans.basis import BASIS, FLOOR, pose_basis
from harness.datasets.humans.dataset import HumansOptions
from harness.datasets.humans.factors import draw_factors
from harness.datasets.humans.labels import PINHOLE, PRIORS, Shown, labels
from harness.datasets.humans.motions import procedural_motions
from models.renderers.perspective import before_camera, bodies, projected, weights_of

AWAY = np.array([1.0, 1.0, -1.0])
MOTIONS = procedural_motions()


def of_images(*, near: bool, joints: int = 17, n: int = 60) -> dict[str, np.ndarray]:
    factors = draw_factors("train", n, MOTIONS, 0, subjects=5, wild=0.2)
    return labels(Shown(factors, MOTIONS, 64, joints, near, True), "train", 0, 1.0)[1]


def seen(modalities: dict[str, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return where a body's own camera sees it, and it before the camera."""
    camera = torch.from_numpy(modalities[PINHOLE]).double()
    own = torch.from_numpy(modalities["cpose"] * AWAY)
    turn = camera[:, :9].reshape(-1, 3, 3)
    before = before_camera(own, turn, camera[:, 9:12])
    return projected(before, camera[:, 12]), before - camera[:, None, 9:12]


@pytest.mark.parametrize("joints", [17, 32])
def test_true_factors_render_what_a_near_camera_sees(joints: int) -> None:
    modalities = of_images(near=True, joints=joints)
    known = modalities["labelled"] == 1
    at, turned = seen(modalities)
    # Modalities are float32; the focal length is about 6.
    np.testing.assert_allclose(at[known], modalities["joints_2d"][known], atol=1e-6)
    np.testing.assert_allclose(turned[known], (modalities["joints_3d"] * AWAY)[known], atol=1e-6)
    assert not modalities[PINHOLE][~known].any(), "of unlabelled images it is not told"


def test_near_cameras_make_what_is_farther_smaller_and_crops_hold_all_joints() -> None:
    near, distant = of_images(near=True), of_images(near=False)
    known = near["labelled"] == 1
    for name in ("joints_3d", "cpose", "viewpoint", "unpaired_joints"):
        np.testing.assert_array_equal(near[name], distant[name])
    assert np.abs(near["joints_2d"]).max() < 0.95
    weak = near["weak_camera"][known][:, None]
    flat = weak[..., :1] * near["joints_3d"][known][..., :2] + weak[..., 1:]
    pelvis = near["joints_2d"][known][:, :1]
    towards = near["joints_3d"][known][..., 2]
    away = near[PINHOLE][known][:, 11:12]
    assert away.min() > 4.2
    assert away.max() < 6.5
    assert away.std() > 0.3
    larger = away / (away - towards)
    off = (near["joints_2d"][known] - pelvis) / larger[..., None]
    rest = off - (flat - weak[..., 1:]) - weak[..., 1:] * (1 - 1 / larger[..., None])
    np.testing.assert_allclose(rest, 0, atol=2e-6)


def test_distant_cameras_have_a_pinhole_that_sees_almost_the_same() -> None:
    modalities = of_images(near=False)
    known = modalities["labelled"] == 1
    off = np.abs(seen(modalities)[0].numpy() - modalities["joints_2d"])[known]
    assert off[:, 0].max() < 1e-5, "the pelvis"
    assert 0.005 < off.mean() < 0.05


@pytest.mark.parametrize(("joints", "k"), [(17, 30), (32, 60)])
def test_the_basis_makes_bodies_the_better_the_more_of_it_is_taken(joints: int, k: int) -> None:
    basis = torch.from_numpy(pose_basis(MOTIONS, joints, 0)).double()
    assert basis.shape == (1 + 3 * joints, 3 * joints)
    rows = basis[1:]
    gram = rows @ rows.mT
    torch.testing.assert_close(gram, torch.diag(gram.diagonal()), atol=1e-6, rtol=0)
    assert (gram.diagonal() >= FLOOR**2 * 0.999).all()
    others = torch.from_numpy(of_images(near=True, joints=joints)["unpaired_cpose"] * AWAY)
    errors, weights = [], weights_of(basis, others)
    for taken in range(0, 3 * joints + 1, 8):
        part = basis[: 1 + taken]
        errors.append(float((bodies(part, weights_of(part, others)) - others).square().mean()))
    assert errors == sorted(errors, reverse=True)
    assert weights[:, :10].std() == pytest.approx(1, abs=0.25)
    part = basis[: 1 + k]
    assert (bodies(part, weights_of(part, others)) - others).abs().max() < 0.03, "3 cm"


def test_the_basis_is_one_table_whatever_the_number_of_images(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))
    options = HumansOptions(n_train=3, n_test=2, poses="procedural", lens="near")
    few, more = options.load(None), replace(options, n_train=4).load(None)
    np.testing.assert_array_equal(few.tables[BASIS], more.tables[BASIS])
    assert {name: table.shape for name, table in few.tables.items()} == options.tables
    assert few.spec.tables is few.tables
    distant = replace(options, lens="distant").load(None)
    assert not np.array_equal(distant.train.images, few.train.images)
    without = replace(options, priors=False)
    assert not without.tables
    assert not without.load(None).tables
    assert not {*PRIORS} & {*without.modalities}
