import numpy as np
import pytest

from harness.datasets.hands.canonical_pose import FINGERS, JOINTS
from harness.datasets.hands.procedural.camera import FOCAL, projected, rods, scene_of, visible
from harness.datasets.hands.procedural.dataset import joints_of
from harness.datasets.hands.procedural.drawn import render
from harness.datasets.hands.procedural.factors import CONTENT, draw_factors
from harness.datasets.hands.procedural.flesh import GIRTHS, NAIL
from harness.drawing.painting import View
from harness.drawing.rod_painting import Coat, paint_rods
from tests.harness.datasets.hands.helpers.pictures import FACTORS, along, held, opacity, pixels


@pytest.mark.parametrize("palm", [0, 1])
def test_projected_joints_are_in_the_middle_of_the_drawn_fingers(palm: int) -> None:
    """Measured on the picture, across straight fingers at their joints and beyond their tips."""
    n = 6
    roll = np.linspace(-np.pi, np.pi, n, endpoint=False) + 0.2
    shift = np.linspace(-12, 12, n)
    straight = {
        f"{finger}_{joint}": np.zeros(n) for finger in FINGERS[1:] for joint in ("mcp", "pip")
    }
    fan = {
        f"{f}_spread": np.full(n, np.radians(a))
        for f, a in zip(FINGERS[1:], (13, 4, -6, -15), strict=True)
    }
    factors = held(
        n, roll=roll, palm=np.full(n, palm), shift_x=shift, shift_y=-shift, **straight, **fan
    )
    hidden, at = opacity(factors), pixels(factors)
    scale = FOCAL / 400.0
    reach = np.linspace(-16, 16, 641)
    for i in range(n):
        for finger in FINGERS[1:]:
            tip, dip, pip = (at[i, JOINTS.index(f"{finger}_{j}")] for j in ("tip", "dip", "pip"))
            axis = (tip - pip) / np.linalg.norm(tip - pip)
            across = np.array([-axis[1], axis[0]])
            for place, girth in ((pip, GIRTHS[finger][1]), (dip, GIRTHS[finger][2])):
                seen = along(hidden[i], place, across, reach)
                run = reach[seen > 0.5]
                width = scale * 2 * girth
                # The parts of a finger are tapered, which makes them a little narrower at an end.
                assert np.ptp(run) == pytest.approx(width, rel=0.06), (finger, i)
                assert (run.max() + run.min()) / 2 == pytest.approx(0, abs=0.4), (finger, i)
            beyond = along(hidden[i], tip, axis, reach[320:])
            end = reach[320:][beyond > 0.5].max()
            assert end == pytest.approx(scale * (GIRTHS[finger][3] - 4.2), abs=0.6), (finger, i)


def test_every_joint_is_on_the_drawn_hand() -> None:
    factors = draw_factors("test", 96)
    factors = {name: values[::4] for name, values in factors.items()}
    hidden, at = opacity(factors), np.rint(pixels(factors)).astype(int)
    there = hidden[np.arange(len(at))[:, None], at[..., 1], at[..., 0]]
    assert np.isfinite(there).mean() > 0.8, "the two scenes differ there"
    assert (there[np.isfinite(there)] > 0.95).all()


def test_joints_are_seen_where_the_picture_shows_their_bones() -> None:
    """The bones that meet at a joint are painted white and all else black: it is seen if white."""
    factors = {name: values[::4] for name, values in draw_factors("train", 96).items()}
    scene = scene_of(factors)
    body, seen, n = rods(scene), visible(scene), len(scene.joints)
    nails = np.flatnonzero(scene.flesh.made_of == NAIL)
    at = np.rint(projected(scene.joints) / 2 + 63.5).astype(int)
    view = View(np.full((n, 2), 0.5), np.full((n, 2), 64.0))
    light = np.broadcast_to([0.0, 0.0, 1.0], (n, 3))
    agreed, shares = [], []
    for finger, nail in zip(FINGERS, nails, strict=True):
        first = 1 + 4 * FINGERS.index(finger)
        for j, bones in ((first, (-1, 0)), (first + 1, (-2, -1)), (first + 2, (-3, -2))):
            colour = np.zeros((n, len(body), 3))
            colour[:, [nail + bone for bone in bones]] = 1
            coat = Coat(colour, np.full((n, len(body)), 0.01), np.zeros((n, len(body))))
            black = np.zeros((n, 3, 128, 128), np.float32)
            image = paint_rods(black, body, coat, light, view, reach=1e-3)[:, 0]
            white = image[np.arange(n), at[:, j, 1], at[:, j, 0]] > 25
            agreed.append(white == seen[:, j])
            shares.append(white.mean())
    assert 0.3 < np.mean(shares) < 0.9, "both happen"
    # They may differ at outlines, where flesh touches, and where a bone hides its own joint.
    assert np.mean(agreed) > 0.95


def test_a_fist_hides_its_fingers_from_behind_and_shows_them_from_before() -> None:
    fists = held(2, "fist", palm=np.array([0, 1]))
    seen = dict(zip(JOINTS, visible(scene_of(fists)).T, strict=True))
    for finger in ("index", "middle", "ring"):
        assert not seen[f"{finger}_tip"][0]
    for finger in FINGERS[1:]:
        assert seen[f"{finger}_pip"][1]
        assert seen[f"{finger}_mcp"][0]
    assert visible(scene_of(held(2, "open", palm=np.array([0, 1])))).all()
    outside = visible(scene_of(held(1, shift_x=np.array([100.0]))))[0]
    gone = np.abs(projected(scene_of(held(1, shift_x=np.array([100.0]))).joints[0])).max(1) > 128
    assert gone.any()
    np.testing.assert_array_equal(outside, ~gone)


def test_contents_do_not_move_the_hand() -> None:
    frame = {name: values[4:8] for name, values in FACTORS.items()}
    assert len(set(frame["frame"])) == 1
    assert len(set(frame["skin_tone"])) == 4
    labels, modalities = joints_of(frame)
    for values in (*labels.values(), *modalities.values()):
        np.testing.assert_array_equal(values, values[:1].repeat(4, axis=0))
    shown = opacity(frame)
    sure = np.isfinite(shown).all(0)
    # Colours are rounded twice, of differences of at least 120.
    assert np.ptp(shown[:, sure], axis=0).max() < 8 / 120
    pictures = render(frame).astype(int)
    for i in range(4):
        for j in range(i):
            assert np.abs(pictures[i] - pictures[j]).mean() > 5


@pytest.mark.parametrize("name", CONTENT)
def test_every_factor_of_the_content_changes_the_picture(name: str) -> None:
    ends = {"background": [1, 2], "light_x": [-0.5, 0.5], "light_y": [-0.6, 0.1], "warmth": [-1, 1]}
    still = held(2, background=np.full(2, 2), sleeve_value=np.full(2, 0.5))
    still[name] = np.array(ends.get(name, [0.1, 0.7]))
    image = render(still, 2).astype(int)
    assert np.abs(image[0] - image[1]).mean() > 0.3


@pytest.mark.parametrize("downscale", [2, 4])
def test_a_small_image_is_a_full_size_one_seen_from_afar(downscale: int) -> None:
    some = {name: values[:6] for name, values in FACTORS.items()}
    full, small = render(some), render(some, downscale)
    size = 256 // downscale
    assert small.shape == (6, 3, size, size)
    boxes = full.reshape(6, 3, size, downscale, size, downscale).mean((3, 5))
    # At outlines the linear edge is not quite the mean over a square.
    assert np.abs(boxes - small).mean() < 1.5
    large, here = joints_of(some)[0], joints_of(some, downscale)[0]
    np.testing.assert_allclose(
        (large["ring_tip_x"] + 0.5) / downscale - 0.5, here["ring_tip_x"], atol=1e-4
    )
    for name in JOINTS:
        np.testing.assert_array_equal(large[f"visible_{name}"], here[f"visible_{name}"])
