"""What AIGN's tasks on images share: a generator restores an image of which a part is seen."""

from abc import abstractmethod

import torch
from torch import Tensor, nn

from models.adversarial.losses import Answers, generator_loss
from models.adversarial.method import AdversarialMethod
from models.declaration import HIDDEN
from models.method import Batch, Noise, Stats, Values
from models.pictures import from_unit_interval, to_unit_interval
from models.renderers.images import mask, visible_outside


class Restoration(AdversarialMethod):
    """Base of the tasks on images: ``L_G = L_rec(P(G(x)), x) + w_adv BCE(D(G(x)), 1)``.

    What is seen of an image, x, is made of it by the method's :meth:`seen`, and nothing else of the
    image reaches the generator; P makes x of what is restored. D compares restored images with the
    batch's ``memory``. The three work on the scale of the generator, ``[-1, 1]`` by default; in
    public, images are in ``[0, 1]``.
    """

    generator: nn.Module
    discriminator: nn.Module

    def scaled(self, image: Tensor) -> Tensor:
        """Return images in [0, 1] on the scale of the generator."""
        return from_unit_interval(image)

    def unscaled(self, image: Tensor) -> Tensor:
        """Return images on the scale of the generator in [0, 1]."""
        return to_unit_interval(image)

    @abstractmethod
    def seen(self, batch: Batch) -> Tensor:
        """Return what is seen of a batch's images, ``[B, C, h, w]``."""

    @abstractmethod
    def restored(self, seen: Tensor, batch: Batch) -> Tensor:
        """Return what the generator makes of what is seen, ``[B, C, H, W]``."""

    @abstractmethod
    def rendered(self, restored: Tensor, batch: Batch) -> Tensor:
        """Return what would be seen of restored images, as :meth:`seen` has it."""

    def reconstruction_loss(
        self, restored: Tensor, seen: Tensor, batch: Batch, values: Values
    ) -> Tensor:
        """Return the mean squared error of what would be seen, over pixels and images, ``[]``."""
        del values
        return (self.rendered(restored, batch) - seen).square().mean()

    def answers(self, batch: Batch) -> list[Answers]:
        """Return D's logits for the memory and for restored images."""
        with torch.no_grad():
            fake = self.restored(self.seen(batch), batch)
        return [(self.discriminator(self.scaled(batch["memory"])), self.discriminator(fake))]

    def generation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return ``L_G``, with ``rec`` and ``fooled``, its adversarial part."""
        del noise
        seen = self.seen(batch)
        restored = self.restored(seen, batch)
        rec = self.reconstruction_loss(restored, seen, batch, values)
        fooled = generator_loss([self.discriminator(restored)])
        loss = rec + values["w_adv"] * fooled
        return loss, {"rec": rec.detach(), "fooled": fooled.detach()}

    def observe(self, batch: Batch) -> Tensor:
        """Return what is seen of a batch's images, ``[B, C, h, w]`` in [0, 1]."""
        return self.unscaled(self.seen(batch))

    def restore(self, batch: Batch) -> Tensor:
        """Return the restored images, ``[B, C, H, W]`` in [0, 1]."""
        return self.unscaled(self.restored(self.seen(batch), batch))

    def recover(self, batch: Batch) -> Tensor:
        """Return what would be seen of the restored images, as :meth:`observe` has it."""
        restored = self.restored(self.seen(batch), batch)
        return self.unscaled(self.rendered(restored, batch))


class Masked(Restoration):
    """Base of the tasks where a box is hidden."""

    def visible(self, batch: Batch) -> Tensor:
        """Return which pixels of a batch's images are outside their boxes, ``[B, 1, H, W]``."""
        height, width = batch["image"].shape[-2:]
        return visible_outside(batch[HIDDEN], height, width).to(batch["image"].dtype)

    def seen(self, batch: Batch) -> Tensor:
        """Return the images without what is hidden, which is 0 on the generator's scale."""
        return mask(self.scaled(batch["image"]), self.visible(batch))

    def rendered(self, restored: Tensor, batch: Batch) -> Tensor:
        """Return restored images without what is hidden."""
        return mask(restored, self.visible(batch))
