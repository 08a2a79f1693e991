"""``hands``: left hands in many poses and contents, a counterpart of RHD's and STB's images."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.dataset import SplitName
from harness.data.options import Arrays, ProceduralOptions
from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.labels import MODALITIES, joint_labels
from harness.datasets.hands.procedural.camera import projected, scene_of, visible
from harness.datasets.hands.procedural.drawn import render
from harness.datasets.hands.procedural.factors import CONTENT, HELD, Factors, Rotation, draw_factors
from harness.datasets.hands.procedural.kinematics import LIMITS
from harness.datasets.hands.procedural.scenes import SIDE
from models.hyperparameters import Added


@dataclass(frozen=True)
class HandsOptions(ProceduralOptions):
    """Procedural 256x256 RGB hands: 21 joints, rotation, content.

    Sixty-four images in a row show 16 frames, the poses, in 4 of the same 8 contents each: scene,
    skin, light and sleeve. Frames and contents of the test are never those of the training.

    Modalities are ``pose``, the joints before the camera (x to the right, y down, z away from it)
    relative to the wrist and divided by the bone between joints 11 and 12; ``cpose``, the same
    turned so that joint 12 lies on the negative y axis and joint 20 has z = 0 and x > 0; and
    ``viewpoint``, the rotation that undoes it: ``pose = cpose @ viewpoint``. ``bone_mm`` is that
    bone's length. Known factors are also where the joints are in the image (``wrist_x``,
    ``wrist_y`` and so on), whether they are seen (``visible_wrist`` ...), the joint angles in
    radians and the hand's rotation.

    Attributes:
        downscale: images are 256, 128 or 64 pixels high and wide.
        rotation: ``facing`` shows palms or backs, tilted by up to 60 degrees and rolled at will;
            ``uniform`` turns hands at will.
        crossed: of the test's frames, sixteen in a row are four canonical poses, each seen from the
            same four viewpoints, instead of each frame having its own of both. Images that share
            one of the two and not the other are what a score of pose and viewpoint compares.
        tested: ``new`` frames and contents, which no training image shows, as in STB, of which
            whole sequences are for the test; or ``seen``, the training's own frames, each in the
            four contents of its eight that it has no training image with, as if images were split
            by chance.
    """

    name: ClassVar[str] = "hands"
    # dVAE does not state its training: proposed are 100 epochs of each of its two steps.
    published_epochs: ClassVar[int] = 200
    published_batch_size: ClassVar[int] = 32
    identity_factor: ClassVar[str] = "content"
    frame_factor: ClassVar[str] = "frame"
    modalities: ClassVar[tuple[str, ...]] = MODALITIES
    appearance_factors: ClassVar[tuple[str, ...]] = CONTENT
    pose_factors: ClassVar[tuple[str, ...]] = ("gesture", *LIMITS, *HELD, "scale")
    at_once: ClassVar[int] = 64

    downscale: Literal[1, 2, 4] = 1
    rotation: Rotation = "facing"
    crossed: Annotated[bool, Added(before=False)] = False
    tested: Annotated[Literal["new", "seen"], Added(before="new")] = "new"
    n_train: Annotated[int, Ge(1)] = 6000
    n_test: Annotated[int, Ge(1)] = 2000

    def __post_init__(self) -> None:
        if self.tested == "seen" and self.crossed:
            raise ValueError(
                "dataset.tested=seen and dataset.crossed=true: the training's frames are not "
                "crossed. Give one of the two."
            )
        if self.tested == "seen" and self.n_test > self.n_train:
            raise ValueError(
                f"dataset.tested=seen dataset.n_test={self.n_test}: the test has the frames of "
                f"the {self.n_train} training images. Give no more test images than these."
            )

    @property
    def crosses_views(self) -> bool:
        """As :attr:`crossed` says."""
        return self.crossed

    @property
    def keypoints(self) -> tuple[str, ...]:
        """The 21 joints."""
        return JOINTS

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIDE // self.downscale, SIDE // self.downscale

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return contents and frames; see ``factors.draw_factors``."""
        crossed = self.crossed and split == "test"
        seen = self.tested == "seen" and split == "test"
        return draw_factors(split, n, self.seed, self.rotation, crossed=crossed, seen=seen)

    def draw(self, factors: Factors) -> np.ndarray:
        """Return the hands as ``drawn.render`` draws them."""
        return render(factors, self.downscale)

    def labels(self, factors: Factors) -> tuple[Arrays, Arrays]:
        """Return what is known of the joints; see :func:`joints_of`."""
        return joints_of(factors, self.downscale)


def joints_of(factors: Factors, downscale: int = 1) -> tuple[Arrays, Arrays]:
    """Return the factors and the modalities of the joints of hands.

    Args:
        factors: as ``factors.draw_factors`` returns them, each ``[N]``.
        downscale: of the images, to whose pixels the factors refer; whole numbers are centres.
    """
    scene = scene_of(factors)
    at = (projected(scene.joints) + SIDE / 2) / downscale - 0.5
    right = np.zeros(len(at), bool)
    return joint_labels(JOINTS, scene.joints, at, visible(scene), right)
