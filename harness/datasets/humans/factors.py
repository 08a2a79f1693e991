"""Who and what each image of ``humans`` shows, drawn image by image."""

import numpy as np

from harness import keyed_random
from harness.data.dataset import SplitName
from harness.datasets.humans.figures import AZIMUTHS, SUBJECTS
from harness.datasets.humans.motions import Motions
from harness.datasets.mannequin.looks import CLOTHES, PALETTES

_WILD_SCENES = (3, 6)  # of the streets of ``people``: those of wild images are others
_NAMES = ("action", "pose", "subject", "clothes", "palette", "camera", "heading", "scene", "place")


def draw_factors(
    split: SplitName, n: int, motions: Motions, seed: int, *, subjects: int, wild: float
) -> dict[str, np.ndarray]:
    """Return the factors of the first ``n`` images of a split, each ``[n]``.

    ``motion`` is a place in ``motions``; ``action`` and ``sequence`` are those of it. ``subject``,
    ``clothes``, ``palette`` and their combination ``identity``; ``camera`` 0-3; ``heading``, by how
    much the whole recording is turned about the vertical, radians; ``scene`` and ``place``, the
    street; ``wild``, 1 for images in the wild. ``heading`` and ``place`` are float32, others int64.

    Args:
        split: which split.
        n: how many images.
        motions: the poses to choose from.
        seed: of the dataset.
        subjects: how many of the training subjects are shown.
        wild: the share of images in the wild.
    """
    u = keyed_random.uniforms(f"humans/{split}/{seed}", n, len(_NAMES) + 1).T
    drawn = dict(zip(_NAMES, u, strict=False))
    is_wild = u[-1] < wild
    motion = motions.chosen(split, u[:2].T)
    known = SUBJECTS["train"] + SUBJECTS["test"]
    first, count = (0, subjects) if split == "train" else (SUBJECTS["train"], SUBJECTS["test"])
    subject = np.where(
        is_wild,
        known + SUBJECTS["others"] * drawn["subject"],
        first + count * drawn["subject"],
    ).astype(np.int64)
    clothes = (len(CLOTHES) * drawn["clothes"]).astype(np.int64)
    palette = (len(PALETTES) * drawn["palette"]).astype(np.int64)
    begin, end = _WILD_SCENES
    scene = np.where(is_wild, begin + (end - begin) * drawn["scene"], begin * drawn["scene"])
    return {
        "identity": (subject * len(CLOTHES) + clothes) * len(PALETTES) + palette,
        "subject": subject,
        "clothes": clothes,
        "palette": palette,
        "action": motions.action[motion],
        "sequence": motions.sequence[motion],
        "motion": motion,
        "camera": (len(AZIMUTHS) * drawn["camera"]).astype(np.int64),
        "heading": (2 * np.pi * drawn["heading"]).astype(np.float32),
        "scene": scene.astype(np.int64),
        "place": drawn["place"].astype(np.float32),
        "wild": is_wild.astype(np.int64),
    }


def unpaired_factors(
    split: SplitName, n: int, motions: Motions, seed: int
) -> dict[str, np.ndarray]:
    """Return what ``figures.bodies_of`` takes, of people without images: others, elsewhere."""
    u = keyed_random.uniforms(f"humans/unpaired/{split}/{seed}", n, 6).T
    known = SUBJECTS["train"] + SUBJECTS["test"]
    return {
        "motion": motions.chosen("unpaired", u[:2].T),
        "subject": (known + SUBJECTS["others"] * u[2]).astype(np.int64),
        "camera": (len(AZIMUTHS) * u[3]).astype(np.int64),
        "heading": (2 * np.pi * u[4]).astype(np.float32),
        "place": u[5].astype(np.float32),
    }
