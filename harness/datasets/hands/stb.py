"""``stb``: 36,000 stereo photographs of hands with their joints, from STB's files."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from harness.data.dataset import SplitName
from harness.data.files.photographs import file_states
from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.photographs import HandFilesOptions, Hands
from harness.datasets.hands.stb_files import REMEDY, find_stb


@dataclass(frozen=True)
class StbOptions(HandFilesOptions):
    """Options of ``stb``.

    The stereo camera's (Point Grey Bumblebee 2) images of twelve sequences, of which the two
    before the first background are for the test. Hands, all left ones, are cut out as by hand3d's
    released code: a square about the middle finger's base that holds all joints, resized to
    256x256; what lies outside the photograph is grey.

    Modalities are ``pose``, the joints relative to the root and divided by the bone between joints
    11 and 12; ``cpose``, the same turned so that joint 12 lies on the negative y axis and joint 20
    has z = 0 and x > 0; and ``viewpoint``, the rotation that undoes the turn. Factors are
    ``bone_mm``, that bone's length, ``right``, always 0, for each joint ``wrist_x``, ``wrist_y``
    (pixels of the crop) and ``visible_wrist`` (always 1: not known) and so on, ``sequence`` and
    ``camera``. A sequence has one background: it is the content, of which a tag image is another
    photograph. The palm's centre is measured; the wrist is extrapolated from it.
    """

    name: ClassVar[str] = "stb"
    summary: ClassVar[str] = "36,000 photographs of hands, 21 joints, 256x256 RGB; from STB's files"
    remedy: ClassVar[str] = REMEDY
    identity_factor: ClassVar[str] = "sequence"

    @property
    def _held(self) -> tuple[str, ...]:
        """The wrist, too, where poses are relative to the palm: hand3d's reader of STB does so."""
        return JOINTS

    def check(self, data_root: Path | None) -> None:
        """Read the labels and look for every image; none is decoded."""
        for split, hands in find_stb(data_root).items():
            self._rows(split, len(hands.names))
            file_states(hands.folder, hands.names, REMEDY)

    def _hands(self, data_root: Path | None) -> dict[SplitName, Hands]:
        found = find_stb(data_root)
        return {split: of.taken(self._rows(split, len(of.names))) for split, of in found.items()}
