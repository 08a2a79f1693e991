import numpy as np
import pytest

from harness.datasets.hands.canonical_pose import FINGERS, JOINTS
from harness.datasets.hands.procedural.gestures import DRAWS, GESTURES, articulation
from harness.datasets.hands.procedural.kinematics import LIMITS, Posture, posture

RNG = np.random.default_rng(0)
N = 300


def hands(n: int, **degrees: float) -> Posture:
    """Hands lying flat with straight fingers, but for some angles."""
    angles = dict.fromkeys(LIMITS, 0.0) | degrees
    return posture({name: np.full(n, np.radians(angle)) for name, angle in angles.items()})


def any_hands() -> tuple[dict[str, np.ndarray], Posture]:
    angles = {name: np.radians(RNG.uniform(*ends, N)) for name, ends in LIMITS.items()}
    return angles, posture(angles)


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def test_joints_are_in_rhds_order() -> None:
    assert len(JOINTS) == 21
    assert [JOINTS[j] for j in (0, 1, 4, 9, 11, 12, 20)] == [
        "wrist",
        "thumb_tip",
        "thumb_cmc",
        "middle_tip",
        "middle_pip",
        "middle_mcp",
        "pinky_mcp",
    ]


def test_bones_keep_their_lengths_and_the_palm_its_form() -> None:
    _, hand = any_hands()
    flat = hands(1)
    for finger in FINGERS:
        long, still = (
            np.linalg.norm(np.diff(h.chain(finger), axis=1), axis=2) for h in (hand, flat)
        )
        np.testing.assert_allclose(long, np.broadcast_to(still, long.shape), atol=1e-9)
        np.testing.assert_allclose(
            hand.chain(finger)[:, 0], np.broadcast_to(flat.chain(finger)[:, 0], (N, 3)), atol=1e-12
        )
    assert (hand.joints[:, 0] == 0).all()
    assert np.linalg.norm(flat.joints[0, 12] - flat.joints[0, 11]) == pytest.approx(47)


def test_each_flexion_is_the_angle_between_two_bones() -> None:
    angles, hand = any_hands()
    for finger in FINGERS[1:]:
        bones = unit(np.diff(hand.chain(finger), axis=1))
        bend = np.arccos(np.clip((bones[:, :-1] * bones[:, 1:]).sum(2), -1, 1))
        np.testing.assert_allclose(bend[:, 0], angles[f"{finger}_pip"], atol=1e-6)
        np.testing.assert_allclose(bend[:, 1], 2 / 3 * angles[f"{finger}_pip"], atol=1e-6)
        out_of_plane = np.arcsin(bones[:, 0, 2])  # the palm's normal is z
        np.testing.assert_allclose(out_of_plane, angles[f"{finger}_mcp"], atol=1e-6)
    bones = unit(np.diff(hand.chain("thumb"), axis=1))
    bend = np.arccos(np.clip((bones[:, :-1] * bones[:, 1:]).sum(2), -1, 1))
    np.testing.assert_allclose(bend[:, 0], angles["thumb_mcp"], atol=1e-6)
    np.testing.assert_allclose(bend[:, 1], angles["thumb_ip"], atol=1e-6)


def test_a_bent_finger_in_closed_form() -> None:
    flat = hands(1).joints[0]
    bent = hands(1, middle_mcp=90).joints[0]
    # All of the finger stands upright on the palm: 47 + 30 + 23 mm out of it.
    np.testing.assert_allclose(bent[9], flat[12] + [0, 0, 100], atol=1e-9)
    np.testing.assert_allclose(flat[9], flat[12] - [0, 100, 0], atol=1e-9)
    hooked = hands(1, middle_pip=90).joints[0]
    last = 23 * np.array([0, -np.cos(np.radians(150)), np.sin(np.radians(150))])
    np.testing.assert_allclose(hooked[9], flat[11] + [0, 0, 30] + last, atol=1e-9)


def test_spreading_goes_to_the_thumb_and_ends_in_a_fist() -> None:
    straight, spread = hands(1), hands(1, index_spread=15)
    assert spread.joints[0, 5, 0] > straight.joints[0, 5, 0] + 15
    # The bones that point back over the palm would tell of a spread.
    fist, same = (hands(1, index_mcp=90, index_pip=60, index_spread=a) for a in (0, 15))
    np.testing.assert_allclose(fist.joints, same.joints, atol=1e-9)


def test_a_thumb_lifts_out_of_the_palm_and_bends_across_it() -> None:
    still, lifted = hands(1, thumb_spread=40), hands(1, thumb_spread=40, thumb_lift=50)
    np.testing.assert_allclose(still.chain("thumb")[0, :, 2], still.chain("thumb")[0, 0, 2])
    assert lifted.joints[0, 1, 2] > still.joints[0, 1, 2] + 60
    across = hands(1, thumb_spread=40, thumb_mcp=50)
    assert across.joints[0, 1, 0] < still.joints[0, 1, 0] - 20, "to the other fingers"
    assert across.joints[0, 1, 2] == pytest.approx(still.joints[0, 1, 2])
    rolled = hands(1, thumb_spread=40, thumb_mcp=50, thumb_roll=60)
    assert rolled.joints[0, 1, 2] > still.joints[0, 1, 2] + 20, "into the palm"


def test_backs_look_away_from_where_a_finger_bends() -> None:
    _, hand = any_hands()
    for row, finger in enumerate(FINGERS):
        bones = unit(np.diff(hand.chain(finger), axis=1))
        backs = hand.backs[:, row]
        np.testing.assert_allclose(np.linalg.norm(backs, axis=2), 1)
        np.testing.assert_allclose((backs * bones).sum(2), 0, atol=1e-9)
        # The next bone turns to the palm, away from the back of the one before.
        assert ((backs[:, :-1] * bones[:, 1:]).sum(2) <= 1e-9).all()
    np.testing.assert_allclose(hands(1).backs[0, 1:], np.broadcast_to([0, 0, -1], (4, 3, 3)))


def test_it_is_a_left_hand() -> None:
    """From the palm's side, fingers up, a left hand has its thumb on the left."""
    joints = hands(1, thumb_spread=40).joints[0]
    up, thumb, palm = joints[9] - joints[0], joints[1] - joints[17], np.array([0.0, 0.0, 1.0])
    right_of_viewer = np.cross(
        up, palm
    )  # a viewer who is looked at by the palm, in right-handed axes
    assert thumb @ right_of_viewer < 0


def test_gestures_are_within_the_limits() -> None:
    for name, angles in GESTURES.items():
        assert angles.keys() == LIMITS.keys()
        for joint, angle in angles.items():
            assert LIMITS[joint][0] <= angle <= LIMITS[joint][1], (name, joint)


def test_articulations_stay_near_their_gesture_and_within_the_limits() -> None:
    drawn = articulation(RNG.random((5000, DRAWS)))
    assert set(drawn["gesture"]) == set(range(len(GESTURES)))
    for name, limits in LIMITS.items():
        angle = np.degrees(drawn[name])
        assert angle.min() >= limits[0] - 1e-9, name
        assert angle.max() <= limits[1] + 1e-9, name
        table = np.array([gesture[name] for gesture in GESTURES.values()])
        # At most half of the way to any other gesture, and 12 degrees.
        assert (np.abs(angle - table[drawn["gesture"]]) <= np.ptp(table) / 2 + 12 + 1e-9).all()
    still = np.full((1, DRAWS), 0.5)
    still[0, 2] = 0.0  # none of the way, and no deviation
    alone = articulation(still)
    wanted = list(GESTURES.values())[alone["gesture"][0]]
    for name, angle in wanted.items():
        assert np.degrees(alone[name][0]) == pytest.approx(angle)
