"""Which images are real examples for an adversary, and which are a generator's inputs.

A biased memory has images of one attribute alone, and the generator's inputs are the others: so it
moves what it makes towards the attribute (Tung et al., 2017). Without one, every image is both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from harness import keyed_random
from harness.data.dataset import WANTED, Dataset, Split, SplitName
from harness.data.obscured import FacePart, face_boxes, with_modality
from harness.data.options import DatasetOptions
from harness.errors import UserError
from models.declaration import HIDDEN, OBSERVED, REMEMBERED
from models.hyperparameters import Added

_NOT = "not_"


@dataclass(frozen=True)
class FaceTaskOptions(DatasetOptions):
    """Options of a dataset of faces that methods restore, with a memory of real ones.

    Attributes:
        obscured: the part that a box hides, the modality ``hidden``; see ``ObscuredOptions``.
        memory: an attribute, such as ``young`` or ``not_male``: of the images that have it,
            ``memory_share`` are ``remembered``, and all others are ``observed``; "" leaves every
            image both.
        memory_share: see there; the code for faces has half.
        memory_biased: whether the memory is of the attribute. False is the control: about as many
            images, drawn from all, and the same inputs.
    """

    obscured: Annotated[FacePart, Added(before="none")] = "none"
    memory: Annotated[str, Added(before="")] = ""
    memory_share: Annotated[float, Interval(gt=0, le=1), Added(before=0.5)] = 0.5
    memory_biased: Annotated[bool, Added(before=True)] = True

    optional_modalities: ClassVar[Mapping[str, str]] = {HIDDEN: "dataset.obscured=mouth or nose"}

    @property
    def modalities(self) -> tuple[str, ...]:  # type: ignore[override]
        """Names of the modalities of the splits."""
        return (
            *((HIDDEN,) if self.obscured != "none" else ()),
            *((OBSERVED, REMEMBERED) if self.memory else ()),
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """Without a memory there is no attribute that it is of."""
        return () if self.memory else ("known_wanted",)


def for_face_tasks(dataset: Dataset, options: FaceTaskOptions) -> Dataset:
    """Return a dataset of faces with the boxes and the memory that its options ask for.

    Raises:
        UserError: no such attribute, no landmarks, or one of inputs and memory would be empty.
    """
    flags = [n for n in dataset.appearance_factors if n in dataset.train.factors]
    flags = [n for n in flags if dataset.train.factors[n].dtype == np.int64]
    check_face_tasks(options, flags, "nose_x" in dataset.train.factors)

    def made(split: SplitName, part: Split) -> Split:
        if options.obscured != "none":
            boxes = face_boxes(options.obscured, part.factors)
            _require_within(boxes, part, options)
            part = with_modality(part, HIDDEN, boxes)
        return _marked(part, split, options) if options.memory else part

    return replace(dataset, train=made("train", dataset.train), test=made("test", dataset.test))


def _require_within(boxes: np.ndarray, part: Split, options: FaceTaskOptions) -> None:
    """Refuse boxes of which most hide nothing: a single face may be seen from its side."""
    height, width = part.images.shape[-2:]
    left, top, wide, high = boxes.T
    across = np.minimum(left + wide, width) - np.maximum(left, 0)
    down = np.minimum(top + high, height) - np.maximum(top, 0)
    outside = ~((across > 0) & (down > 0))
    if outside.mean() > 0.5:
        raise UserError(
            f"dataset.obscured={options.obscured}: of {outside.sum()} of {len(part)} images the "
            f"landmarks tell of no {options.obscured} within the image of {width}x{height} pixels, "
            "which leaves nothing to be hidden: they belong to other images, or to another size."
        )


def check_face_tasks(options: FaceTaskOptions, attributes: Sequence[str], landmarks: bool) -> None:
    """Raise what :func:`for_face_tasks` would raise for want of an attribute or of landmarks."""
    if options.obscured != "none" and not landmarks:
        raise UserError(
            f"dataset.obscured={options.obscured}: boxes are made of landmarks, which the images "
            f"of '{options.name}' do not have. For CelebA, put list_landmarks_align_celeba.txt "
            "beside the list of attributes."
        )
    if not options.memory and not options.memory_biased:
        raise UserError(
            "dataset.memory_biased=false is a control: dataset.memory=NAME says of which attribute."
        )
    if options.memory and options.memory.removeprefix(_NOT) not in attributes:
        raise UserError(
            f"dataset.memory={options.memory}: the images of '{options.name}' have no such "
            f"attribute. They have {', '.join(attributes)}, each also as {_NOT}NAME."
        )


def _marked(part: Split, split: SplitName, options: FaceTaskOptions) -> Split:
    name = options.memory.removeprefix(_NOT)
    wanted = part.factors[name] == (0 if options.memory.startswith(_NOT) else 1)
    drawn = keyed_random.uniforms(f"{options.name}/remembered/{split}", len(part), 1)[:, 0]
    remembered = wanted & (drawn < options.memory_share)
    if split == "train" and (not remembered.any() or remembered.all()):
        raise UserError(
            f"dataset.memory={options.memory}: of {len(part)} training images, {wanted.sum()} have "
            f"the attribute and {remembered.sum()} would be remembered, which leaves no memory or "
            "no inputs. Ask for more images, or for another attribute"
            f"{', or another dataset.memory_share' if wanted.any() else ''}."
        )
    part = replace(part, factors={**part.factors, WANTED: wanted.astype(np.int64)})
    part = with_modality(part, OBSERVED, (~remembered).astype(np.float32))
    if not options.memory_biased:
        any_of_all = keyed_random.uniforms(f"{options.name}/of-all/{split}", len(part), 1)[:, 0]
        remembered = any_of_all < wanted.mean() * options.memory_share
    return with_modality(part, REMEMBERED, remembered.astype(np.float32))
