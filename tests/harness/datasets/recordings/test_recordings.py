"""Recorded motions are read from small files in their true layouts; damage is named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.humans.dataset import HumansOptions
from harness.datasets.humans.joints import OF_32, directions
from harness.datasets.recordings.amass import amass_motions
from harness.datasets.recordings.bvh import JOINTS, bvh_motions, read_bvh
from harness.datasets.recordings.human36m import human36m_motions
from harness.errors import CorruptFileError, UserError

STANDING = np.stack(
    [
        [0, -1, -1, -1, 1, 1, 1, 0, 0, 0, 0, 2, 4, 6, -2, -4, -6],  # right
        [0, 0, 4, 8, 0, 4, 8, -2, -4, -5, -6, -4, -4, -4, -4, -4, -4],  # down
        [0] * 17,
    ],
    axis=1,
).astype(np.float64)
"""Somebody who faces the viewer with arms stretched out."""

_CHILDREN = {
    "Hips": ("RightUpLeg", "LeftUpLeg", "Spine"),
    "RightUpLeg": ("RightLeg",),
    "RightLeg": ("RightFoot",),
    "LeftUpLeg": ("LeftLeg",),
    "LeftLeg": ("LeftFoot",),
    "Spine": ("Neck",),
    "Neck": ("Head", "LeftArm", "RightArm"),
    "Head": ("HeadEnd",),
    "LeftArm": ("LeftForeArm",),
    "LeftForeArm": ("LeftHand",),
    "RightArm": ("RightForeArm",),
    "RightForeArm": ("RightHand",),
}


def bvh(turns: dict[str, tuple[float, float, float]], frames: int = 9) -> str:
    """A BVH file of somebody standing whose joints are turned by degrees about z, y and x."""
    order: list[str] = []
    up = STANDING * np.array([1, -1, 1])

    def lines(name: str, parent: str) -> list[str]:
        at = up[JOINTS.index(name)] - (up[JOINTS.index(parent)] if parent else 0)
        offset = "OFFSET " + " ".join(map(str, at))
        if name == "HeadEnd":
            return ["End Site", "{", offset, "}"]
        order.append(name)
        place = "" if parent else "Xposition Yposition Zposition "
        channels = f"CHANNELS {3 if parent else 6} {place}Zrotation Yrotation Xrotation"
        inner = [line for child in _CHILDREN.get(name, ()) for line in lines(child, name)]
        return [f"{'JOINT' if parent else 'ROOT'} {name}", "{", offset, channels, *inner, "}"]

    hierarchy = lines("Hips", "")
    moved = [0.0, 0.0, 0.0, *(x for name in order for x in turns.get(name, (0, 0, 0)))]
    row = " ".join(map(str, moved))
    motion = ["MOTION", f"Frames: {frames}", "Frame Time: .0083333", *[row] * frames]
    return "\n".join(["HIERARCHY", *hierarchy, *motion]) + "\n"


def write_bvh(root: Path, n: int = 3) -> Path:
    folder = root / "bvh"
    folder.mkdir()
    for i in range(n):
        (folder / f"0{i}_01.bvh").write_text(bvh({"LeftArm": (10 * i, 0, 0)}))
    return folder / "01_01.bvh"


def write_npz(root: Path) -> Path:
    path = root / "h36m" / "data_3d_h36m.npz"
    path.parent.mkdir()
    takes = {"Walking 1": _h36m(), "WalkingDog": _h36m()}
    corrupt = {"Directions": np.full((20, 32, 3), np.nan, np.float32), "Directions 1": _h36m()}
    np.savez_compressed(path, positions_3d={"S1": takes, "S11": corrupt})  # type: ignore[arg-type]
    return path


def _h36m() -> np.ndarray:
    """20 frames of somebody who stands, ``[20, 32, 3]`` in metres, z up."""
    joints = np.zeros((20, 32, 3), np.float32)
    joints[:, list(OF_32)] = STANDING[:, [0, 2, 1]] * np.array([1, -1, -1]) + 5
    return joints


def write_cdf(root: Path) -> Path:
    from cdflib.cdfwrite import CDF

    pose = (1000 * _h36m()).reshape(1, 20, 96)
    takes = ["S1/Sitting 1", "S1/SittingDown 2", "S1/TakingPhoto", "S9/Sitting", "S11/Directions"]
    for take in takes:
        subject, name = take.split("/")
        path = root / "h36m" / subject / "MyPoseFeatures" / "D3_Positions" / f"{name}.cdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        file = CDF(str(path))
        spec = {"Variable": "Pose", "Data_Type": 44, "Num_Elements": 1, "Rec_Vary": True}
        file.write_var({**spec, "Dim_Sizes": [20, 96]}, var_data=pose.astype(np.float32))
        file.close()
    return root / "h36m/S9/MyPoseFeatures/D3_Positions/Sitting.cdf"


def write_amass(root: Path) -> Path:
    """Write three motions and a body model whose vertices are its joints."""
    folder = root / "amass"
    (folder / "smplh/neutral").mkdir(parents=True)
    rest = np.zeros((52, 3))
    for of_17, joint in enumerate((0, 2, 5, 8, 1, 4, 7, 6, 12, 15, 15, 16, 18, 20, 17, 19, 21)):
        rest[joint] = STANDING[of_17] * np.array([1, -1, 1])
    parents = np.zeros((2, 52), np.uint32)
    of_body = [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19]
    parents[0, :22] = [2**32 - 1, *of_body]
    np.savez(
        folder / "smplh/neutral/model.npz",
        v_template=rest,
        shapedirs=np.zeros((52, 3, 16)),
        J_regressor=np.eye(52),
        kintree_table=parents,
    )
    poses = np.zeros((12, 156))
    poses[:, :3] = [np.pi / 2, 0, 0]  # upright where z points up
    for i in range(3):
        path = folder / "CMU" / f"0{i}" / f"0{i}_01_poses.npz"
        path.parent.mkdir(parents=True)
        poses[:, 3 * 18 + 2] = 0.5 * i  # the left elbow
        np.savez(path, poses=poses, betas=np.zeros(16), mocap_framerate=120.0, gender="female")
    return folder / "CMU/01/01_01_poses.npz"


WRITERS: dict[str, Callable[[Path], Path]] = {
    "bvh": write_bvh,
    "h36m npz": write_npz,
    "h36m cdf": write_cdf,
    "amass": write_amass,
}
READERS = {"bvh": bvh_motions, "h36m": human36m_motions, "amass": amass_motions}
layouts = pytest.mark.parametrize("layout", WRITERS)


@layouts
def test_somebody_who_stands_is_read_as_such(layout: str, tmp_path: Path) -> None:
    WRITERS[layout](tmp_path)
    motions = READERS[layout.split(maxsplit=1)[0]](tmp_path)
    assert {0, 1, 2} == set(motions.pool.tolist())
    expected = directions(STANDING[None])[0]
    first = motions.along[motions.sequence == 0]
    assert len(first) >= 2
    for along in first:
        np.testing.assert_allclose(along, expected, atol=1e-5)


def test_joints_of_bvh_turn_about_their_axes_in_the_order_of_their_channels(
    tmp_path: Path,
) -> None:
    """The left arm is turned up by 90 degrees, then, in its own frame, the elbow forward."""
    path = tmp_path / "01_01.bvh"
    path.write_text(bvh({"LeftArm": (90, 0, 0), "LeftForeArm": (0, -90, 0)}))
    joints = read_bvh(path).joints[0]
    np.testing.assert_allclose(joints[12], [2, -6, 0], atol=1e-9)
    np.testing.assert_allclose(joints[13], [2, -6, 2], atol=1e-9)
    path.write_text(bvh({"Hips": (30, 90, 0)}))
    turned = read_bvh(path).joints[0]
    # Rz(30) Ry(90): the left hand, at +x, goes to -z; the head, at +y, to (-sin 30, cos 30).
    head = 6 * np.array([-0.5, -np.sqrt(3) / 2, 0])
    np.testing.assert_allclose(turned[10], head, atol=1e-9)


def test_the_elbow_of_amass_is_turned_by_its_axis_and_angle(tmp_path: Path) -> None:
    write_amass(tmp_path)
    motions = amass_motions(tmp_path)
    forearm = motions.along[motions.sequence == 2][0, 13]
    np.testing.assert_allclose(forearm, [np.cos(1.0), -np.sin(1.0), 0], atol=1e-5)


def test_actions_are_whole_words_and_known_by_one_name(tmp_path: Path) -> None:
    write_cdf(tmp_path)
    motions = human36m_motions(tmp_path)
    assert len(np.unique(motions.action)) == 3, "Sitting, SittingDown, Photo; not the damaged one"
    sitting = np.unique(motions.action[motions.pool == 1])
    assert len(sitting) == 1
    assert (motions.action[motions.pool != 1] == sitting[0]).any()


@layouts
def test_damage_is_named(layout: str, tmp_path: Path) -> None:
    path = WRITERS[layout](tmp_path)
    options = HumansOptions(poses=layout.split(maxsplit=1)[0])  # type: ignore[arg-type]
    options.check(tmp_path)
    content = path.read_bytes()
    for keep in (0.02, 0.5, 0.9):
        path.write_bytes(content[: int(keep * len(content))])
        with pytest.raises(CorruptFileError, match=path.name):
            options.check(tmp_path)


@pytest.mark.parametrize("poses", READERS)
def test_without_files_the_remedy_is_named(poses: str, tmp_path: Path) -> None:
    options = HumansOptions(poses=poses)  # type: ignore[arg-type]
    for folder in (None, tmp_path):
        with pytest.raises(UserError, match=r"data_root=FOLDER .*UNBRAID_DATA"):
            options.check(folder)


def test_too_few_recordings_are_refused(tmp_path: Path) -> None:
    write_bvh(tmp_path, 2)
    with pytest.raises(UserError, match="2 recordings are too few: none is left for test"):
        bvh_motions(tmp_path)


def test_other_forms_are_named(tmp_path: Path) -> None:
    path = write_bvh(tmp_path)
    path.write_text(path.read_text().replace("LeftForeArm", "Elbow"))
    with pytest.raises(CorruptFileError, match="no joint LeftForeArm"):
        bvh_motions(tmp_path)
    npz = write_npz(tmp_path)
    np.savez(npz, positions_3d={"S1": {"Walking": np.zeros((4, 5, 3))}})  # type: ignore[arg-type]
    with pytest.raises(CorruptFileError, match=r"S1, Walking are \(4, 5, 3\)"):
        human36m_motions(tmp_path)
    np.savez(npz, positions_3d={"S1": {"Walking": test_damage_is_named}})  # type: ignore[arg-type]
    with pytest.raises(CorruptFileError, match="pickles can run programs"):
        human36m_motions(tmp_path)
    motion = write_amass(tmp_path)
    np.savez(motion, poses=np.zeros((4, 72)), betas=np.zeros(16), mocap_framerate=120.0)
    with pytest.raises(CorruptFileError, match=r"\(4, 72\)"):
        amass_motions(tmp_path)
    (tmp_path / "amass/smplh/neutral/model.npz").unlink()
    with pytest.raises(UserError, match="no body model"):
        amass_motions(tmp_path)
