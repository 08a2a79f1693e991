"""Boxes that hide a part of each image, for methods that fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness import keyed_random
from harness.data.dataset import Dataset, Split, SplitName
from harness.data.options import DatasetOptions
from models.declaration import HIDDEN
from models.hyperparameters import Added


@dataclass(frozen=True)
class ObscuredOptions(DatasetOptions):
    """Options of a dataset of which a part of each image can be hidden.

    The modality ``hidden`` is the box that hides it, ``[N, 4]``: left, top, width and height in
    pixels. It depends on split, place and ``mask_seed`` alone, and the images stay whole: what
    is seen of them is theirs whose method masks them.

    Attributes:
        obscured: ``block`` hides a square of half the width and height anywhere, ``half`` one of
            the four halves, ``none`` nothing.
        mask_seed: another seed draws other boxes.
    """

    obscured: Annotated[Literal["none", "block", "half"], Added(before="none")] = "none"
    mask_seed: Annotated[int, Ge(0), Added(before=0)] = 0

    optional_modalities: ClassVar[Mapping[str, str]] = {HIDDEN: "dataset.obscured=block or half"}

    @property
    def modalities(self) -> tuple[str, ...]:  # type: ignore[override]
        """Names of the modalities of the splits."""
        return () if self.obscured == "none" else (HIDDEN,)


def with_boxes(dataset: Dataset, options: ObscuredOptions) -> Dataset:
    """Return a dataset with the boxes that its options ask for."""
    if options.obscured == "none":
        return dataset

    def boxed(split: SplitName, part: Split) -> Split:
        return with_modality(part, HIDDEN, drawn_boxes(options, split, part.images.shape))

    return replace(dataset, train=boxed("train", dataset.train), test=boxed("test", dataset.test))


def drawn_boxes(options: ObscuredOptions, split: SplitName, shape: tuple[int, ...]) -> np.ndarray:
    """Return boxes ``[N, 4]`` float32 of whole pixels, for images of a shape ``[N, C, H, W]``."""
    n, _, height, width = shape
    key = f"{options.name}/obscured/{options.obscured}/{split}/{options.mask_seed}"
    u, v = keyed_random.uniforms(key, n, 2).T
    high, wide = height // 2, width // 2
    if options.obscured == "block":
        left, top = np.floor(u * (width - wide + 1)), np.floor(v * (height - high + 1))
        sides = [left, top, np.full(n, wide), np.full(n, high)]
    else:
        second, upright = u < 0.5, v < 0.5  # the right one of two, or the lower one
        sides = [
            second * upright * wide,
            second * ~upright * high,
            np.where(upright, wide, width),
            np.where(upright, height, high),
        ]
    return np.stack(sides, axis=1).astype(np.float32)


def with_modality(split: Split, name: str, values: np.ndarray) -> Split:
    """Return a split with one modality more, ``[N, ...]``."""
    return replace(split, modalities={**split.modalities, name: values})


FacePart = Literal["none", "mouth", "nose"]


def face_boxes(part: FacePart, points: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return boxes around a part of faces, ``[N, 4]`` float32 in pixels.

    Made of the landmarks of CelebA, with shares of their distances that are ours.

    Args:
        part: ``mouth`` is 1.6 times as wide as the distance of its corners, 0.75 times as high;
            ``nose`` is 0.75 distances of the eyes wide, and reaches from halfway between eyes and
            tip to a quarter of their distance below the tip.
        points: ``left_eye_x`` and so on, ``[N]`` in pixels, whole numbers at centres of pixels.
    """
    if part == "mouth":
        wide = points["right_mouth_x"] - points["left_mouth_x"]
        x = (points["right_mouth_x"] + points["left_mouth_x"]) / 2
        y = (points["right_mouth_y"] + points["left_mouth_y"]) / 2
        sides = [x - 0.8 * wide, y - 0.375 * wide, 1.6 * wide, 0.75 * wide]
    else:
        wide = 0.75 * (points["right_eye_x"] - points["left_eye_x"])
        eyes = (points["left_eye_y"] + points["right_eye_y"]) / 2
        high = points["nose_y"] - eyes
        sides = [points["nose_x"] - wide / 2, points["nose_y"] - high / 2, wide, 0.75 * high]
    sides[0], sides[1] = sides[0] + 0.5, sides[1] + 0.5  # a pixel's left edge is half before it
    return np.stack(sides, axis=1).astype(np.float32)
