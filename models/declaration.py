"""What a method declares before it is built, and what it is told of the data it is built for.

Importing this is cheap: it needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from models.hyperparameters import AtScale

if TYPE_CHECKING:
    import numpy as np

LABELLED = "labelled"
"""Modality ``[N]``: 1 for an image that has its labels, 0 for one whose labels are all 0."""

HIDDEN = "hidden"
"""Modality ``[N, 4]``: the box that hides a part: left, top, width, height in pixels."""

OBSERVED, REMEMBERED = "observed", "remembered"
"""Modalities ``[N]`` of 0 and 1: whether an image is a generator's input, and whether it is one of
the real examples that a discriminator knows. Where a dataset does not say, every image is both."""

Supervision = Literal["none", "pairs", "labels", "partial"]
SUPERVISION: Mapping[Supervision, str] = {
    "none": "images alone",
    "pairs": "which images show the same identity",
    "partial": "labels of some of the images",
    "labels": "labels of every image",
}
"""What a method is told beyond the images, the least first."""


class _Derived:
    """The supervision of a class that does not name its own: what it consumes and needs says it."""

    def __get__(self, instance: object, owner: type[Declaration]) -> Supervision:
        if LABELLED in owner.needs:
            return "partial"
        if owner.needs:
            return "labels"
        return "pairs" if owner.consumes == "pairs" else "none"


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
        needs: names of the modalities that every batch must have, ``[B, ...]`` float32 each. To
            learn where only some of the images have their labels, a method must also need
            ``labelled``, ``[B]``, which is 1 for those that have.
        uses: names of further modalities that the batches have where the dataset gives them.
        only_where: names of modalities of 0 and 1, ``[N]``. Training images for which all that the
            dataset gives of these are 0 are in no batch; an epoch has as many batches as with them.
        tables: names of what must be known of the dataset as a whole (:class:`DataSpec`).
        unpaired: names of modalities, used where the dataset gives them, that do not belong to the
            image beside them. A batch has ``m`` of them for each image, ``[B, m, ...]``, drawn from
            those of all training images, where ``m`` is how often some phase repeats.
        recalls: names of modalities of 0 and 1, ``[N]``. With any, batches have beside the images
            ``memory``, ``[B, C, H, W]``: real images that do not belong to those beside them, drawn
            in passes of their own from the training images for which some of what the dataset gives
            of these is 1, or from all if it gives none.
        supervision: what it is told beyond the images, a key of :data:`SUPERVISION`. By default
            ``partial`` if it needs ``labelled``, ``labels`` if it needs other modalities, ``pairs``
            if it consumes pairs, else ``none``; a class may name its own.
        may_round: whether its objectives may be evaluated with matrix products and convolutions in
            bfloat16: none of them is of coordinates or rotations, which 8 bits do not hold.
        at_scale: hyperparameters with another default at a scale, by its name, where the
            published networks would take days instead of minutes.
    """

    Hyperparameters: ClassVar[type[Any]]
    consumes: ClassVar[Literal["images", "pairs"]] = "images"
    needs: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    only_where: ClassVar[tuple[str, ...]] = ()
    tables: ClassVar[tuple[str, ...]] = ()
    unpaired: ClassVar[tuple[str, ...]] = ()
    recalls: ClassVar[tuple[str, ...]] = ()
    supervision: ClassVar[Supervision] = cast("Supervision", _Derived())
    may_round: ClassVar[bool] = False
    at_scale: ClassVar[AtScale] = {}

    @classmethod
    def fault(cls, hyperparameters: Any, tables: Mapping[str, tuple[int, ...]]) -> str:  # noqa: ARG003
        """Say why such hyperparameters cannot be with such data, and what to do; "" if they can.

        It is asked before any trial starts.

        Args:
            hyperparameters: of a trial.
            tables: shapes of what is known of its dataset as a whole, by name.
        """
        return ""


@dataclass(frozen=True)
class DataSpec:
    """The properties of a dataset that a method is built with.

    Attributes:
        image_shape: ``(channels, height, width)``.
        n_train: number of training examples (density estimates need it).
        n_identities: number of different objects or people they show; 0 if it is unknown.
        modalities: shapes of what is given beside each image, such as a 3D pose, by name.
        n_labelled: number of training examples that have their labels; None for all of them.
        tables: what is known of the dataset as a whole, such as a basis of poses or a camera's
            intrinsics, float32 arrays by name. A method keeps what it needs of them in buffers: a
            kept model is built with zeros in their place, before its buffers are read.
    """

    image_shape: tuple[int, int, int]
    n_train: int
    n_identities: int = 0
    modalities: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    n_labelled: int | None = None
    tables: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)

    @property
    def n_pixels(self) -> int:
        """Number of values in one image."""
        channels, height, width = self.image_shape
        return channels * height * width
