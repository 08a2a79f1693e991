"""``vitae_samples``: images drawn from a trained C-VITAE, with the latents they were drawn from.

The experiment on inductive bias of VITAE's released code: whether a method trained on what another
one generated finds that one's latents again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt

from harness import keyed_random
from harness.data.dataset import SplitName
from harness.data.options import Arrays, ProceduralOptions
from harness.datasets.digits import DigitsOptions
from harness.datasets.glyphs.dataset import GlyphsOptions

if TYPE_CHECKING:
    from models.vae.vitae import CVITAE

LATENTS = "z_appearance_0", "z_appearance_1", "z_pose_0", "z_pose_1"
"""The latents that an image is decoded from: two of each of the generator's groups."""
_TRAINED_ON = {"digits": DigitsOptions, "glyphs": GlyphsOptions}


@dataclass(frozen=True)
class VitaeSamplesOptions(ProceduralOptions):
    """Images 28x28 drawn from a C-VITAE trained for it; the latents are known.

    Attributes:
        of: what the generator is trained on: a dataset that needs no files.
        epochs: passes of the generator's training.
        lr: its learning rate.
        n_train: training images; the released code draws 60,000.
        seed: of the generator's weights and training. Image i depends on the generator, its split
            and i alone; another machine's arithmetic may give another generator.
    """

    name: ClassVar[str] = "vitae_samples"
    published_epochs: ClassVar[int] = 2000  # VITAE's MNIST setting
    published_batch_size: ClassVar[int] = 512
    appearance_factors: ClassVar[tuple[str, ...]] = LATENTS[:2]
    pose_factors: ClassVar[tuple[str, ...]] = LATENTS[2:]
    at_once: ClassVar[int] = 1024

    of: Literal["digits", "glyphs"] = "digits"
    epochs: Annotated[int, Ge(1)] = 200
    lr: Annotated[float, Gt(0)] = 1e-3
    n_train: Annotated[int, Ge(1)] = 6000

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 1, 28, 28

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return the latents, N(0, 1) each."""
        from scipy.special import ndtri

        uniform = keyed_random.uniforms(f"vitae_samples/{split}/{self.seed}", n, len(LATENTS))
        return dict(zip(LATENTS, ndtri(uniform).astype(np.float32).T, strict=True))

    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return what the generator makes of the latents."""
        import torch

        z = torch.from_numpy(np.stack([factors[name] for name in LATENTS], axis=1))
        with torch.no_grad():
            decoded = _generator(self).decode({"appearance": z[:, :2], "pose": z[:, 2:]})
        images: np.ndarray = (decoded * 255).round().to(torch.uint8).numpy()
        return images

    def chunks(self, split: SplitName, factors: Mapping[str, np.ndarray]) -> Iterator[np.ndarray]:
        """Train the generator, so that this is no part of the progress; then yield the images."""
        _generator(self)
        return super().chunks(split, factors)


@cache  # both splits are drawn from one training
def _generator(options: VitaeSamplesOptions) -> "CVITAE":
    """Return a C-VITAE trained on the options' dataset."""
    import torch

    from harness import seeding
    from harness.data.batches.sampler import Sampler
    from harness.training.loop import Updater, train
    from harness.training.scale import Scale
    from models.vae.hyperparameters import VITAEHyperparameters
    from models.vae.vitae import CVITAE

    dataset = _TRAINED_ON[options.of]().load(None)
    with torch.random.fork_rng():
        torch.manual_seed(seeding.derive(options.seed, "init"))
        method = CVITAE(VITAEHyperparameters(lr=options.lr), dataset.spec)
    scale = Scale("generator", options.epochs, 128, 0.5, options.epochs, None, None, "fast")
    sampler = Sampler(dataset.train, dataset.warp, "cpu", scale.batch_size)
    order, noise = (seeding.generator(options.seed, name) for name in ("order", "noise"))
    for _ in train(Updater(method), sampler, scale, order, noise):
        pass
    return method.eval()
