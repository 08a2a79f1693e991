"""Small files in RHD's and STB's formats, written for the tests: a mark at each joint."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from scipy.io import savemat
from scipy.spatial.transform import Rotation

from harness.data.dataset import Split
from harness.datasets.hands.crops import in_square, squares_around

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
BONES = {"thumb": ("cmc", "mcp", "ip", "tip")}
TO_TIP = {f: tuple(f"{f}_{j}" for j in BONES.get(f, ("mcp", "pip", "dip", "tip"))) for f in FINGERS}
RHD_ORDER = ("wrist", *(name for f in FINGERS for name in reversed(TO_TIP[f])))
STB_ORDER = ("palm", *(name for f in reversed(FINGERS) for name in TO_TIP[f]))
SEQUENCES = tuple(f"B{b}{kind}" for b in range(1, 7) for kind in ("Counting", "Random"))
CAMERA = np.array([[280.0, 0, 160], [0, 280.0, 160], [0, 0, 1]])
FOCAL, CENTRE, BASELINE = 822.79041, np.array([318.47345, 250.31296]), 120.054
N = {"training": 7, "evaluation": 4}
FRAMES = 2
MARKED = "index_pip"
"""The joint whose mark is red, inside all crops; those of others are blue."""


def hand(rng: np.random.Generator, at: tuple[float, float, float]) -> dict[str, np.ndarray]:
    """Return a left hand's joints and palm, mm: five bent fingers fanned out, turned at will."""
    joints: dict[str, np.ndarray] = {"wrist": np.zeros(3)}
    for f, finger in enumerate(FINGERS):
        side = 22.0 * (f - 2)
        reach, bend = (
            np.array([60.0, 100, 125, 145]),
            30 * rng.random() * np.array([0, 0.3, 0.7, 1]),
        )
        for name, along, out in zip(TO_TIP[finger], reach, bend, strict=True):
            joints[name] = np.array([side * along / 90, -along, -out])
    turn = Rotation.from_euler("zyx", rng.uniform(-0.6, 0.6, 3)).as_matrix()
    turned = {name: turn @ place + at for name, place in joints.items()}
    return {**turned, "palm": (turned["wrist"] + turned["ring_mcp"]) / 2}


def photograph(size: tuple[int, int], marks: dict[str, np.ndarray]) -> Image.Image:
    """Return a dark blue image of ``size`` (width, height) with a disc at each mark, red last."""
    image = Image.new("RGB", size, (0, 0, 60))
    draw = ImageDraw.Draw(image)
    for name in sorted(marks, key=lambda name: name == MARKED):
        x, y = np.rint(marks[name])
        colour = (250, 0, 0) if name == MARKED else (0, 0, 250)
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=colour)
    return image


def rhd_sample(part: str, i: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], bool]:
    """Return the left and the right hand (a mirrored left one) and whether the right is larger."""
    rng = np.random.default_rng([i, len(part)])
    left = hand(rng, (-60.0, 60.0, 700.0))
    right = {name: at * [-1, 1, 1] for name, at in hand(rng, (-60.0, 60.0, 700.0)).items()}
    return left, right, i % 3 == 0


def rhd_numbers(part: str) -> list[int]:
    return [4 * i for i in range(N[part])]  # RHD's own are without gaps; nothing depends on it


def rhd_entry(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> dict[str, Any]:
    xyz = np.stack([of[name] for of in (left, right) for name in RHD_ORDER]) / 1000
    uv = xyz @ CAMERA.T
    uv_vis = np.column_stack([uv[:, :2] / uv[:, 2:], np.arange(42) % 5 != 0])
    return {"xyz": xyz, "uv_vis": uv_vis, "K": CAMERA}


def write_rhd(root: Path, folder: str = "RHD_published_v2", protocol: int = 4) -> Path:
    """Write both parts into ``root/folder`` and return that."""
    for part in N:
        entries = {}
        for i, number in enumerate(rhd_numbers(part)):
            left, right, is_right = rhd_sample(part, i)
            entry = entries[number] = rhd_entry(left, right)
            shown = RHD_ORDER, entry["uv_vis"][:, :2].reshape(2, 21, 2)[int(is_right)]
            mask = np.zeros((320, 320), np.uint8)
            mask[:20] = 1  # a person, who is no hand
            mask[100:110, 10:30], mask[100:110, 290:300] = 2, 17  # the left hand: 300 pixels
            mask[200:220, 200 : 220 if is_right else 210] = 18
            mask[250:256, 200:205] = 33
            for of, image in (
                ("color", photograph((320, 320), dict(zip(*shown, strict=True)))),
                ("mask", Image.fromarray(mask)),
            ):
                path = root / folder / part / of / f"{number:05d}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                image.save(path, compress_level=1)
        path = root / folder / part / f"anno_{part}.pickle"
        path.write_bytes(pickle.dumps(entries, protocol))
    return root / folder


def stb_hand(sequence: str, frame: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([SEQUENCES.index(sequence), frame])
    return hand(rng, (60.0, 20.0, 650.0))


def stb_marks(sequence: str, frame: int, camera: int) -> dict[str, np.ndarray]:
    at = {name: xyz - [BASELINE * camera, 0, 0] for name, xyz in stb_hand(sequence, frame).items()}
    return {name: FOCAL * xyz[:2] / xyz[2] + CENTRE for name, xyz in at.items()}


def write_stb(root: Path, images: str = "images", frames: int = FRAMES) -> Path:
    """Write labels, and the sequences below the folder ``images``, into ``root/stb``."""
    folder = root / "stb"
    (folder / "labels").mkdir(parents=True)
    for sequence in SEQUENCES:
        (folder / images / sequence).mkdir(parents=True)
        hands = [stb_hand(sequence, i) for i in range(frames)]
        joints = np.array([[of[name] for name in STB_ORDER] for of in hands])
        savemat(folder / f"labels/{sequence}_BB.mat", {"handPara": joints.transpose(2, 1, 0)})
        for i in range(frames):
            for camera, side in enumerate(("left", "right")):
                image = photograph((640, 480), stb_marks(sequence, i, camera))
                image.save(folder / images / sequence / f"BB_{side}_{i}.png", compress_level=1)
    return folder


def red_centre(image: np.ndarray) -> np.ndarray:
    """Return x and y of the centre of mass of what is red in ``[3, H, W]`` without green."""
    weight = image[0].astype(float) - image[1]
    rows, columns = np.mgrid[: image.shape[1], : image.shape[2]]
    return np.array([(weight * at).sum() / weight.sum() for at in (columns, rows)])


def require_shown(
    split: Split,
    row: int,
    places: dict[str, np.ndarray],
    seen: np.ndarray,
    size: tuple[int, int],
) -> None:
    """Fail unless one image's keypoints are where they are in its file, and show the mark there.

    Args:
        split: what was loaded.
        row: which of its images.
        places: of the 21 points that its crop holds, x and y in pixels of the file.
        seen: ``[21]`` bool.
        size: width and height of the file.
    """
    at, image = np.stack(list(places.values()))[None], split.images[row]
    square, downscale = squares_around(at, seen[None], size), 256 // image.shape[1]
    for name, place in zip(places, in_square(at, square, downscale)[0], strict=True):
        found = [split.factors[f"{name}_{axis}"][row] for axis in "xy"]
        np.testing.assert_allclose(found, place, rtol=1e-5, atol=1e-4)  # float32
    scale, mark = 256 / square[0, 2] / downscale, places[MARKED]
    known = [split.factors[f"{MARKED}_{axis}"][row] for axis in "xy"]
    # The disc's centre is at a whole pixel of the file: that is known, and undone here.
    off = (np.rint(mark) - mark) * scale
    # A tenth of a pixel, of the file's or the crop's: grey levels are rounded.
    np.testing.assert_allclose(red_centre(image), known + off, atol=0.1 * max(scale, 1))
