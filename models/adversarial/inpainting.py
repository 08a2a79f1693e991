"""AIGN for faces of which a part is hidden (Tung et al., 2017, Figure 6b)."""

from dataclasses import replace

from torch import Tensor

from models.adversarial.declarations import InpaintingDeclaration, InpaintingHyperparameters
from models.adversarial.restoration import Masked
from models.declaration import DataSpec
from models.method import Batch, Phase
from models.networks.aign.discriminator import Discriminator
from models.networks.aign.generators import Inpainting
from models.networks.aign.layers import initialise
from models.renderers.images import filled_inwards


class AIGNInpainting(InpaintingDeclaration, Masked):
    """AIGN: faces with their hidden part filled in, like a memory's and true to what is seen.

    What is hidden is 0, the middle grey, on the scale ``[-1, 1]``.
    """

    hyperparameters: InpaintingHyperparameters

    def __init__(self, hyperparameters: InpaintingHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape = hyperparameters, data.image_shape
        if shape[1] % 4 or shape[2] % 4:
            raise ValueError(
                "method=aign_inpaint halves images twice, and these are of "
                f"{shape[1]}x{shape[2]} pixels: choose images whose sides are multiples of 4"
            )
        self.generator = Inpainting(hp.network, shape[0], hp.deconvolutions)
        self.discriminator = Discriminator(hp.network, shape, 4, hp.d_hidden)
        initialise(self, hp.init_std)

    def phases(self) -> tuple[Phase, ...]:
        """Return the update of the discriminator, then those of the generator."""
        discriminator, generator = super().phases()
        return discriminator, replace(generator, repeats=self.hyperparameters.g_steps)

    def restored(self, seen: Tensor, batch: Batch) -> Tensor:
        """Return the generator's images.

        With ``skip`` it adds to the image whose hole is filled from its border inwards.
        """
        visible = self.visible(batch)
        whole: Tensor = self.generator(seen, visible)
        if not self.hyperparameters.skip:
            return whole
        return (filled_inwards(seen, visible) + whole).clamp(-1, 1)
