"""AIGN on obscured digits, with linear layers and one of two decoders (Tung et al., Figure 1)."""

from torch import Tensor, nn

from models.adversarial.declarations import DigitsDeclaration, DigitsHyperparameters
from models.adversarial.restoration import Masked
from models.declaration import DataSpec
from models.method import Batch
from models.networks.aign.layers import initialise
from models.networks.vitae import mlp


class AIGNDigits(DigitsDeclaration, Masked):
    """AIGN: whole digits from obscured ones by linear layers, whose decoder masks or is learnt.

    The encoder is given the masked digit alone. What is hidden is 0, black, on the scale ``[0, 1]``
    of all images here.
    """

    generator: nn.ModuleDict
    hyperparameters: DigitsHyperparameters

    def __init__(self, hyperparameters: DigitsHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape, n = hyperparameters, data.image_shape, data.n_pixels

        def picture_to_picture() -> nn.Sequential:
            layers = mlp(n, hp.widths, n)
            return nn.Sequential(nn.Flatten(), layers, nn.Sigmoid(), nn.Unflatten(1, shape))

        parts = {"encoder": picture_to_picture()}
        if hp.decoder == "parametric":
            parts["decoder"] = picture_to_picture()
        self.generator = nn.ModuleDict(parts)
        self.discriminator = nn.Sequential(nn.Flatten(), mlp(n, hp.d_widths, 1))
        initialise(self, hp.init_std)

    def scaled(self, image: Tensor) -> Tensor:
        """Return the images: they are in [0, 1] throughout."""
        return image

    def unscaled(self, image: Tensor) -> Tensor:
        """Return the images: they are in [0, 1] throughout."""
        return image

    def restored(self, seen: Tensor, batch: Batch) -> Tensor:
        """Return the encoder's whole digits."""
        del batch
        whole: Tensor = self.generator["encoder"](seen)
        return whole

    def rendered(self, restored: Tensor, batch: Batch) -> Tensor:
        """Return the masked digits, or what the decoder makes of the whole ones."""
        if self.hyperparameters.decoder == "parametric":
            made: Tensor = self.generator["decoder"](restored)
            return made
        return super().rendered(restored, batch)
