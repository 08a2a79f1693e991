"""``rhd``: 41,258 + 2,728 renderings of hands with their joints, from RHD's files."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from harness.data.dataset import SplitName
from harness.datasets.hands.photographs import HandFilesOptions, Hands, Root
from harness.datasets.hands.rhd_files import REMEDY, find_rhd


@dataclass(frozen=True)
class RhdOptions(HandFilesOptions):
    """Options of ``rhd``.

    Each of RHD's renderings shows one hand here: the one with more pixels in its mask. It is cut
    out as by hand3d's released code: a square about the middle finger's base that holds all
    visible joints, resized to 256x256; what lies outside the rendering is grey.

    Modalities are ``pose``, the joints relative to the root and divided by the bone between joints
    11 and 12; ``cpose``, the same turned so that joint 12 lies on the negative y axis and joint 20
    has z = 0 and x > 0, and mirrored (z to -z) of right hands; and ``viewpoint``, the rotation
    that undoes the turn. Factors are ``bone_mm``, that bone's length, ``right``, 1 for right
    hands, and for each joint ``wrist_x``, ``wrist_y`` (pixels of the crop) and ``visible_wrist``
    and so on. The palm's centre is the middle between wrist and joint 12; where it is the root, it
    stands in the wrist's place, and a crop need not reach the wrist. What content a rendering has
    is not known: methods of pairs cannot learn from RHD.
    """

    name: ClassVar[str] = "rhd"
    summary: ClassVar[str] = "43,986 rendered hands, 21 joints, 256x256 RGB; from RHD's files"
    remedy: ClassVar[str] = REMEDY

    root: Root = "palm"  # as in the evaluations on RHD by its authors and of later work

    def check(self, data_root: Path | None) -> None:
        """Read the labels and look for every image and mask; none is decoded."""
        for split, annotations in find_rhd(data_root).items():
            self._rows(split, len(annotations))
            annotations.require_files()

    def _hands(self, data_root: Path | None) -> dict[SplitName, Hands]:
        found = find_rhd(data_root)
        return {split: known.hands(self._rows(split, len(known))) for split, known in found.items()}
