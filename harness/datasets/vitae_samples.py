"""``vitae_samples``: images drawn from a trained C-VITAE, with the latents they were drawn from.

The experiment on inductive bias of VITAE's released code: whether a method trained on what another
one generated finds that one's latents again.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt

from harness import keyed_random
from harness.data.cache.arrays import cached
from harness.data.dataset import Split, SplitName
from harness.data.options import ProceduralOptions

if TYPE_CHECKING:
    from models.vae.vitae import CVITAE

LATENTS = "z_appearance_0", "z_appearance_1", "z_pose_0", "z_pose_1"
"""The known latents: two of each of the generator's groups."""
_CHUNK = 1024  # images decoded at once


@dataclass(frozen=True)
class VitaeSamplesOptions(ProceduralOptions):
    """Options of ``vitae_samples``.

    Attributes:
        of: what the generator is trained on: a dataset that needs no files.
        epochs: passes of the generator's training.
        lr: its learning rate.
        n_train: training images; the released code draws 60,000.
        seed: of the generator's weights and training. Image i depends on the generator, its split
            and i alone; another machine's arithmetic may give another generator.
    """

    name: ClassVar[str] = "vitae_samples"
    summary: ClassVar[str] = "drawn from a C-VITAE trained for it, 28x28; the latents are known"
    published_epochs: ClassVar[int] = 2000  # VITAE's MNIST setting
    published_batch_size: ClassVar[int] = 512
    appearance_factors: ClassVar[tuple[str, ...]] = LATENTS[:2]
    pose_factors: ClassVar[tuple[str, ...]] = LATENTS[2:]

    of: Literal["digits", "glyphs"] = "digits"
    epochs: Annotated[int, Ge(1)] = 200
    lr: Annotated[float, Gt(0)] = 1e-3
    n_train: Annotated[int, Ge(1)] = 6000

    def _split(self, split: SplitName, n: int) -> Split:
        from scipy.special import ndtri

        draws = ndtri(keyed_random.uniforms(f"vitae_samples/{split}/{self.seed}", n, 4)).astype(
            np.float32
        )
        key = {"of": self.of, "epochs": self.epochs, "lr": self.lr, "n": n, "seed": self.seed}
        images = cached(
            f"vitae-samples-{split}",
            key,
            (__file__, keyed_random.__file__),
            lambda: _decoded(self, draws),
        )
        return Split(images, dict(zip(LATENTS, draws.T, strict=True)))


def _decoded(options: VitaeSamplesOptions, latents: np.ndarray) -> np.ndarray:
    """Return the images ``[N, 1, 28, 28]`` uint8 that the generator makes of ``[N, 4]``."""
    import torch

    generator = _generator(options)
    images = []
    with torch.no_grad():
        for start in range(0, len(latents), _CHUNK):
            z = torch.from_numpy(latents[start : start + _CHUNK])
            decoded = generator.decode({"appearance": z[:, :2], "pose": z[:, 2:]})
            images.append((decoded * 255).round().to(torch.uint8).numpy())
    return np.concatenate(images)


@cache  # both splits are drawn from one training
def _generator(options: VitaeSamplesOptions) -> "CVITAE":
    """Return a C-VITAE trained on the options' dataset."""
    import torch

    from harness import seeding
    from harness.data.sampler import Sampler
    from harness.datasets.registry import DATASETS, load_dataset
    from harness.training.loop import Updater, train
    from harness.training.scale import Scale
    from models.vae.vitae import CVITAE, VITAEHyperparameters

    dataset = load_dataset(DATASETS.load(options.of)(), None)
    with torch.random.fork_rng():
        torch.manual_seed(seeding.derive(options.seed, "init"))
        method = CVITAE(VITAEHyperparameters(lr=options.lr), dataset.spec)
    scale = Scale("generator", options.epochs, 128, 0.5, options.epochs, None, None, "fast")
    sampler = Sampler(dataset.train, dataset.warp, "cpu", scale.batch_size)
    order, noise = (seeding.generator(options.seed, name) for name in ("order", "noise"))
    for _ in train(Updater(method), sampler, scale, order, noise):
        pass
    return method.eval()
