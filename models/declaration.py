"""What a method declares before it is built, and what it is told of the data it is built for.

Importing this is cheap: it needs no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from models.hyperparameters import AtScale


class Declaration:
    """Base of :class:`models.method.Method`: the part of it that needs no networks.

    Methods of this distribution declare it in a class of its own, beside their hyperparameters, so
    that a sweep can be planned and checked without importing torch.

    Attributes:
        Hyperparameters: the dataclass of its hyperparameters, frozen, see
            :mod:`models.hyperparameters`.
        consumes: ``images``, or ``pairs``: batches of an even size B that have beside ``image``
            the key ``same``, another image ``[B, C, H, W]`` of the same identity (or the image
            itself), and ``identity``, int64 ``[B]`` from 0 to ``n_identities - 1``.
        needs: names of the modalities that every batch must have, ``[B, ...]`` float32 each.
        at_scale: hyperparameters with another default at a scale, by its name, where the
            published networks would take days instead of minutes.
    """

    Hyperparameters: ClassVar[type[Any]]
    consumes: ClassVar[Literal["images", "pairs"]] = "images"
    needs: ClassVar[tuple[str, ...]] = ()
    at_scale: ClassVar[AtScale] = {}


@dataclass(frozen=True)
class DataSpec:
    """The properties of a dataset that a method is built with.

    Attributes:
        image_shape: ``(channels, height, width)``.
        n_train: number of training examples (density estimates need it).
        n_identities: number of different objects or people they show; 0 if it is unknown.
        modalities: shapes of what is given beside each image, such as a 3D pose, by name.
    """

    image_shape: tuple[int, int, int]
    n_train: int
    n_identities: int = 0
    modalities: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def n_pixels(self) -> int:
        """Number of values in one image."""
        channels, height, width = self.image_shape
        return channels * height * width
