"""Reads motions of AMASS, whose joints take a body model of SMPL-H."""

from pathlib import Path

import numpy as np

from harness.data.files.memory import bounded_memory
from harness.datasets.humans.motions import Motions
from harness.datasets.recordings.recording import (
    Recording,
    as_motions,
    every,
    from_z_up,
    paths_below,
)
from harness.errors import CorruptFileError, UserError

GENDERS = ("neutral", "male", "female")
REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    "FOLDER/amass three or more of AMASS' SMPL+H files, as CMU/01/01_01_poses.npz, and the "
    "licensed body model as smplh/neutral/model.npz (or male, female; from "
    "https://mano.is.tue.mpg.de)."
)

_MEMORY = 1 << 29  # bytes that reading a file may take: a damaged one may ask for any amount
_BODY = 22  # joints before those of the hands
_OF_SEVENTEEN = (0, 2, 5, 8, 1, 4, 7, 6, 12, 15, 15, 16, 18, 20, 17, 19, 21)
_HEAD_TOP = 10  # of the seventeen; SMPL-H has none
_CROWN = 1.4  # how far it is from the neck, in lengths of the bone to the head


def amass_motions(data_root: Path | None) -> Motions:
    """Return the motions of ``data_root/amass``.

    Raises:
        UserError: there are fewer than three files, or there is no body model.
        CorruptFileError: a file is damaged or of another form.
    """
    paths = paths_below("amass", data_root, "**/*_poses.npz", REMEDY)
    assert data_root is not None
    models = {
        gender: path
        for gender in GENDERS
        if (path := data_root / "amass" / "smplh" / gender / "model.npz").is_file()
    }
    if not models:
        raise UserError(f"There is no body model in {data_root / 'amass' / 'smplh'}. {REMEDY}")
    bodies = {gender: _model(path) for gender, path in models.items()}
    return as_motions([_recording(path, bodies) for path in paths], (), REMEDY)


def _recording(path: Path, bodies: dict[str, dict[str, np.ndarray]]) -> Recording:
    """Return the motion of a file, about 30 poses a second."""
    of = _arrays(path, ("poses", "betas", "mocap_framerate"), ("gender",))
    poses, betas = of["poses"], of["betas"].astype(np.float64).ravel()
    if poses.ndim != 2 or poses.shape[1] != 156 or of["mocap_framerate"].size != 1:
        raise CorruptFileError(
            f"{path}: 'poses' is {poses.shape}; (T, 156) of SMPL+H is expected. {REMEDY}"
        )
    rate = float(of["mocap_framerate"].ravel()[0])
    if not 0.1 < rate < 10_000 or not (np.isfinite(poses).all() and np.isfinite(betas).all()):
        raise CorruptFileError(f"{path}: not all of its numbers are usable. Fetch it again.")
    known = of.get("gender", np.array("neutral")).ravel()[0]
    gender = known.decode() if isinstance(known, bytes) else str(known)
    body = bodies.get(gender, next(iter(bodies.values())))
    turned = poses[:: every(1 / rate), : 3 * _BODY].reshape(-1, _BODY, 3).astype(np.float64)
    return Recording(path, path.parent.name, "", from_z_up(_joints(body, betas, turned)))


def _joints(body: dict[str, np.ndarray], betas: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """Return the seventeen joints ``[T, 17, 3]`` of a body in poses ``[T, 22, 3]``, axis-angle."""
    from scipy.spatial.transform import Rotation

    n = min(len(betas), body["shapedirs"].shape[2])
    vertices = body["v_template"] + body["shapedirs"][:, :, :n] @ betas[:n]
    rest = body["J_regressor"] @ vertices
    parents = body["kintree_table"][0]
    local = Rotation.from_rotvec(turned.reshape(-1, 3)).as_matrix().reshape(-1, _BODY, 3, 3)
    turns, places = [local[:, 0]], [np.zeros((len(turned), 3))]
    for joint in range(1, _BODY):
        parent = int(parents[joint])
        places.append(places[parent] + turns[parent] @ (rest[joint] - rest[parent]))
        turns.append(turns[parent] @ local[:, joint])
    at = np.stack(places, axis=1)[:, list(_OF_SEVENTEEN)]
    neck, head = at[:, 8], at[:, 9].copy()
    at[:, _HEAD_TOP] = neck + _CROWN * (head - neck)
    return np.asarray(at)


def _model(path: Path) -> dict[str, np.ndarray]:
    """Return a body model's arrays."""
    names = ("v_template", "shapedirs", "J_regressor", "kintree_table")
    of = _arrays(path, names, ())
    n = of["v_template"].shape[0]
    fits = (
        of["v_template"].shape == (n, 3)
        and of["shapedirs"].shape[:2] == (n, 3)
        and of["shapedirs"].ndim == 3
        and of["J_regressor"].shape == (52, n)
        and of["kintree_table"].shape == (2, 52)
        and all(of["kintree_table"][0][joint] < joint for joint in range(1, _BODY))
    )
    if not fits:
        shapes = ", ".join(f"{name} {of[name].shape}" for name in names)
        raise CorruptFileError(f"{path} is no body model of SMPL+H: {shapes}. {REMEDY}")
    return of


def _arrays(path: Path, names: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return arrays of an ``.npz`` file; nothing in it is unpickled."""
    try:
        with bounded_memory(_MEMORY), np.load(path, allow_pickle=False) as archive:
            held = [name for name in (*names, *optional) if name in archive.files]
            arrays = {name: archive[name] for name in held}
    except Exception as error:  # what a damaged directory leads to: nearly anything
        raise CorruptFileError(
            f"{path} is truncated or damaged ({error}). Fetch it again."
        ) from error
    if missing := [name for name in names if name not in arrays]:
        raise CorruptFileError(f"{path} holds no array {', '.join(missing)}. {REMEDY}")
    return arrays
