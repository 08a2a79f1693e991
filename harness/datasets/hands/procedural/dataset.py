"""``hands``: left hands in many poses and contents, a counterpart of RHD's and STB's images."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness import keyed_random
from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Split, SplitName
from harness.data.options import ProceduralOptions
from harness.datasets.hands import canonical_pose
from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.labels import MODALITIES, labelled
from harness.datasets.hands.procedural import camera, drawn, flesh, gestures, kinematics, scenes
from harness.datasets.hands.procedural import factors as hands_factors
from harness.datasets.hands.procedural.camera import posed, projected, visible
from harness.datasets.hands.procedural.drawn import chunks
from harness.datasets.hands.procedural.factors import CONTENT, HELD, Factors, Rotation, draw_factors
from harness.datasets.hands.procedural.kinematics import LIMITS
from harness.datasets.hands.procedural.scenes import SIDE
from harness.drawing import colours, painting, rod_painting, rods, shapes, textures, vectors


@dataclass(frozen=True)
class HandsOptions(ProceduralOptions):
    """Options of ``hands``.

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
    """

    name: ClassVar[str] = "hands"
    summary: ClassVar[str] = "procedural 256x256 RGB hands: 21 joints, rotation, content"
    # dVAE does not state its training: proposed are 100 epochs of each of its two steps.
    published_epochs: ClassVar[int] = 200
    published_batch_size: ClassVar[int] = 32
    identity_factor: ClassVar[str] = "content"
    frame_factor: ClassVar[str] = "frame"
    modalities: ClassVar[tuple[str, ...]] = MODALITIES
    appearance_factors: ClassVar[tuple[str, ...]] = CONTENT
    pose_factors: ClassVar[tuple[str, ...]] = ("gesture", *LIMITS, *HELD, "scale")

    downscale: Literal[1, 2, 4] = 1
    rotation: Rotation = "facing"
    n_train: Annotated[int, Ge(1)] = 6000
    n_test: Annotated[int, Ge(1)] = 2000

    @property
    def keypoints(self) -> tuple[str, ...]:
        """The 21 joints."""
        return JOINTS

    def _split(self, split: SplitName, n: int) -> Split:
        factors = draw_factors(split, n, self.seed, self.rotation)
        modules = (
            shapes,
            colours,
            flesh,
            gestures,
            kinematics,
            canonical_pose,
            scenes,
            drawn,
            hands_factors,
            camera,
            keyed_random,
            painting,
            rods,
            rod_painting,
            textures,
            vectors,
        )
        images = cached_chunks(
            f"hands-{split}",
            {
                "split": split,
                "n": n,
                "seed": self.seed,
                "rotation": self.rotation,
                "downscale": self.downscale,
            },
            tuple(str(module.__file__) for module in modules),
            (n, 3, SIDE // self.downscale, SIDE // self.downscale),
            lambda: chunks(factors, self.downscale),
        )
        labels, modalities = known(factors, self.downscale)
        return Split(images, {**factors, **labels}, modalities)


def known(
    factors: Factors, downscale: int = 1
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return what is known of the joints of hands: further factors, and the modalities.

    Args:
        factors: as ``factors.draw_factors`` returns them, each ``[N]``.
        downscale: of the images, to whose pixels the factors refer; whole numbers are centres.
    """
    scene = posed(factors)
    at = (projected(scene.joints) + SIDE / 2) / downscale - 0.5
    right = np.zeros(len(at), bool)
    return labelled(JOINTS, scene.joints, at, visible(scene), right)
