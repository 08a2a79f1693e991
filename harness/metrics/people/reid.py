"""Re-identification of generated persons by an embedding learned from real images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from harness.data.images import Images
from harness.data.pairs import Groups
from harness.errors import UserError
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.people.average_precision import average_precision
from harness.metrics.people.partners import draw_other, draw_same, draw_some
from models.protocols import Swaps

if TYPE_CHECKING:
    from harness.metrics.people.judge_network import Judge

QUERIES = {"fast": 500, "study": None}
"""Most test images taken as queries; None for all."""

JUNK = -1
"""The identity of Market-1501's junk images, which are left out of every ranking."""

DIMENSIONS = 64
"""Dimensions of the embedding."""

_PASSES, _PEOPLE, _EACH, _LR = 6, 16, 4, 2e-3
_QUERIES_AT_ONCE = 256


@metric(
    needs=Swaps,
    of_factors=("known_identity", "known_camera"),
    of_options=("identity_factor", "camera_factor"),
    keys=[
        MetricKey(
            "reid_reconstruction", "reID of reconstructions", "higher", "%", "[0, 100]", "reid_true"
        ),
        MetricKey("reid_swapped", "reID of transfers", "higher", "%", "[0, 100]", "reid_true"),
        MetricKey("reid_true", "reid real", "none", "%", "[0, 100]", "100"),
    ],
)
def reid(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Re-identification of generated persons, mean average precision in % (RoDi, Table 2).

    A query ranks the gallery by Euclidean distance of embeddings, which a small network learned
    from the identities of training images. The query of ``reid_reconstruction`` is generated from
    the appearance of an image x1 and the pose of x2, another image of that person; of
    ``reid_swapped`` from the appearance of x1 and the pose of x3, an image of another person; of
    ``reid_true`` it is x1 itself, so that a perfect method would score the same.

    By the rule of Market-1501, gallery images of the person sought that were taken by the camera of
    x1 or of x2 are left out of the ranking, the same ones in all three searches, and so is junk,
    identity -1. (Columns ``reid_transfer`` and ``reid_real`` of older run directories are of
    searches that left out the camera of x1 alone, which find more.) The factor ``query`` says which
    images are queries and which the gallery; without it every image is both.
    """
    test, device = data.dataset.test, data.device
    identity, camera = (
        test.factors[name] for name in (data.dataset.known_identity, data.dataset.known_camera)
    )
    is_query, in_gallery = _roles(test.factors.get("query"), identity)
    x1 = draw_some(is_query, QUERIES[data.budget])
    x2, x3 = draw_same(identity, x1), draw_other(identity, x1)
    embed = embedding(data)
    gallery = embed.judge(test.images[in_gallery], device)
    images = Images(test.images, device)

    def generated(pose: np.ndarray) -> torch.Tensor:
        """Return the embeddings of images of the appearances x1 and some poses."""
        rows = (torch.split(torch.from_numpy(r), data.test_batch_size) for r in (x1, pose))
        pairs = zip(*map(images.gathered, rows), strict=True)
        return torch.cat([embed(method.swap(*pair)) for pair in pairs])

    person, taken_by = identity[in_gallery], camera[in_gallery]
    sought = identity[x1][:, None] == person
    camera_of_x1, camera_of_x2 = (camera[x][:, None] == taken_by for x in (x1, x2))
    ignored = (sought & (camera_of_x1 | camera_of_x2)) | (person == JUNK)
    searches = {
        "reid_reconstruction": generated(x2),
        "reid_swapped": generated(x3),
        "reid_true": embed.judge(test.images[x1], device),
    }
    return {name: mean_ap(queries, gallery, sought, ignored) for name, queries in searches.items()}


def mean_ap(
    queries: torch.Tensor, gallery: torch.Tensor, sought: np.ndarray, ignored: np.ndarray
) -> float:
    """Return the mean average precision in %, over queries that have something to find.

    Args:
        queries: ``[Q, D]`` embeddings.
        gallery: ``[G, D]``.
        sought: ``[Q, G]`` bool, entries of the same person.
        ignored: ``[Q, G]`` bool, entries to leave out.

    Raises:
        UserError: no query has anything to find.
    """
    precisions = []
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        part = slice(start, start + _QUERIES_AT_ONCE)
        masks = (torch.from_numpy(mask[part]).to(gallery.device) for mask in (sought, ignored))
        precisions.append(average_precision(torch.cdist(queries[part], gallery), *masks))
    if torch.cat(precisions).isnan().all():
        raise UserError(
            f"The metric reid finds nobody among {len(gallery)} test images who was seen by two "
            "cameras. Use more of them: scale.test_limit, dataset.n_test."
        )
    return 100 * float(torch.cat(precisions).nanmean())


def _roles(query: np.ndarray | None, identity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which images are queries, and which are the gallery, ``[N]`` bool each."""
    every = np.ones(len(identity), bool)
    is_query, in_gallery = (every, every) if query is None else (query == 1, query == 0)
    return is_query & (identity != JUNK), in_gallery


def embedding(data: EvaluationData) -> Judge:
    """Return the embedding in which persons are far apart, learned from the training images."""
    from harness.metrics.people.judge_network import descend, trained_judge  # torch's networks

    train = data.dataset.train
    people = Groups(train.factors[data.dataset.identity_factor])

    def fit(judge: Judge, images: Images) -> None:
        size = min(_PEOPLE, len(people)) * _EACH
        steps = max(20, _PASSES * len(train) // size)
        losses = (
            batch_hard(judge(image), labels) for image, labels in _batches(images, people, steps)
        )
        descend(judge, losses, steps, _LR)

    return trained_judge("reid", train, people.of, n=DIMENSIONS, device=data.device, fit=fit)


def _batches(
    images: Images, people: Groups, steps: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield batches of images, half of them mirrored, and whom they show; equally many of each."""
    generator = np.random.default_rng(0)
    one_of_each = np.unique(people.of, return_index=True)[1]
    drawn = [np.repeat(generator.permutation(one_of_each)[:_PEOPLE], _EACH) for _ in range(steps)]
    rows = [people.draw(each, generator.random(len(each))) for each in drawn]
    mirrored = generator.random((steps, len(rows[0]))) < 0.5
    for image, batch, mirror in zip(
        images.gathered(map(torch.from_numpy, rows)), rows, mirrored, strict=True
    ):
        flip = torch.from_numpy(mirror).to(image.device)[:, None, None, None]
        yield torch.where(flip, image.flip(3), image), torch.from_numpy(people.of[batch])


def batch_hard(embedded: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the batch-hard triplet loss with a soft margin (Hermans et al., 2017, eq. 5).

    The mean over the batch of ``softplus(farthest of the same label - nearest of another)``.

    Args:
        embedded: ``[B, D]``.
        labels: ``[B]``, of at least two kinds.
    """
    gap = embedded[:, None] - embedded
    distance = (gap.square().sum(2) + 1e-12).sqrt()  # the root's slope is infinite at 0
    same = (labels[:, None] == labels).to(distance.device)
    farthest = torch.where(same, distance, -torch.inf).amax(1)
    nearest = torch.where(same, torch.inf, distance).amin(1)
    return torch.nn.functional.softplus(farthest - nearest).mean()
