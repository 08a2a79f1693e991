"""Whether generated persons are recognised: re-identification by an embedding of real images."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from harness.data.images import Images
from harness.data.pairs import Groups
from harness.errors import UserError
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.people.average_precision import average_precision
from harness.metrics.people.judge_network import Judge, descend, judge
from harness.metrics.people.partners import chosen, of_other, of_same
from models.protocols import Swaps

QUERIES = {"fast": 500, "study": None}
"""Most images that are searched for; None for all."""
JUNK = -1
"""The identity of Market-1501's junk, which counts neither for nor against a query."""
DIMENSIONS = 64

_PASSES, _PEOPLE, _EACH, _LR = 6, 16, 4, 2e-3
_QUERIES_AT_ONCE = 256


@metric(
    needs=Swaps,
    of_factors=("known_identity", "known_camera"),
    of_options=("identity_factor", "camera_factor"),
    keys=[
        MetricKey(
            "reid_reconstruction", "reID of reconstructions", "higher", "%", "[0, 100]", "reid_real"
        ),
        MetricKey("reid_transfer", "reID of transfers", "higher", "%", "[0, 100]", "reid_real"),
        MetricKey("reid_real", "reid real", "none", "%", "[0, 100]", "100"),
    ],
)
def reid(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Re-identification of generated persons, mean average precision (RoDi, Table 2).

    Return mean average precisions in %, of searches for test images' persons (RoDi, Table 2).

    ``reid_reconstruction`` searches for what a method makes of the appearance x1 and the pose x2 of
    two images of one person; ``reid_transfer`` of the appearance x1 and the pose x3 of another
    person; ``reid_real`` for the image x1 itself, what a perfect method would come to.

    Images are ranked by Euclidean distance of embeddings that a small network learned from the
    training images' identities. By the rule of Market-1501 images of the person sought by the
    camera of x1 (and of x2) do not count, nor does junk, identity -1. Queries and gallery are those
    of the factor ``query``; without it every image is both.
    """
    test, device = data.dataset.test, data.device
    identity, camera = (
        test.factors[name] for name in (data.dataset.known_identity, data.dataset.known_camera)
    )
    asks, answers = _roles(test.factors.get("query"), identity)
    x1 = chosen(asks, QUERIES[data.budget])
    x2, x3 = of_same(identity, x1), of_other(identity, x1)
    judged = embedding(data)
    gallery = judged.of(test.images[answers], device)
    images = Images(test.images, device)

    def made(pose: np.ndarray) -> Tensor:
        """Return the embeddings of what has the appearances x1 and some poses."""
        both = (torch.split(torch.from_numpy(r), data.test_batch_size) for r in (x1, pose))
        pairs = zip(*map(images.gathered, both), strict=True)
        return torch.cat([judged(method.swap(*pair)) for pair in pairs])

    person, place = identity[answers], camera[answers]
    sought, own = identity[x1][:, None] == person, camera[x1][:, None] == place
    also = camera[x2][:, None] == place
    searches = {
        "reid_reconstruction": (made(x2), own | also),
        "reid_transfer": (made(x3), own),
        "reid_real": (judged.of(test.images[x1], device), own),
    }
    return {
        name: mean_ap(queries, gallery, sought, (sought & by) | (person == JUNK))
        for name, (queries, by) in searches.items()
    }


def mean_ap(queries: Tensor, gallery: Tensor, sought: np.ndarray, ignored: np.ndarray) -> float:
    """Return the mean average precision in %, over queries that have something to find.

    Args:
        queries: ``[Q, D]`` embeddings.
        gallery: ``[G, D]``.
        sought: ``[Q, G]`` bool, what is of the same person.
        ignored: ``[Q, G]`` bool, what does not count.

    Raises:
        UserError: no query has anything to find.
    """
    found = []
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        part = slice(start, start + _QUERIES_AT_ONCE)
        masks = (torch.from_numpy(mask[part]).to(gallery.device) for mask in (sought, ignored))
        found.append(average_precision(torch.cdist(queries[part], gallery), *masks))
    if torch.cat(found).isnan().all():
        raise UserError(
            f"The metric reid finds nobody among {len(gallery)} test images who was seen by two "
            "cameras. Use more of them: scale.test_limit, dataset.n_test."
        )
    return 100 * float(torch.cat(found).nanmean())


def _roles(query: np.ndarray | None, identity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which images are searched for and which are searched through, ``[N]`` bool each."""
    everything = np.ones(len(identity), bool)
    asks, answers = (everything, everything) if query is None else (query == 1, query == 0)
    return asks & (identity != JUNK), answers


def embedding(data: EvaluationData) -> Judge:
    """Return the network that tells persons apart, trained on the training images' identities."""
    train = data.dataset.train
    people = Groups(train.factors[data.dataset.identity_factor])

    def fit(judged: Judge, images: Images) -> None:
        size = min(_PEOPLE, len(people)) * _EACH
        steps = max(20, _PASSES * len(train) // size)
        losses = (
            batch_hard(judged(image), labels) for image, labels in _batches(images, people, steps)
        )
        descend(judged, losses, steps, _LR)

    return judge("reid", train, people.of, n=DIMENSIONS, device=data.device, fit=fit)


def _batches(images: Images, people: Groups, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield images of some persons, as many of each, half of them mirrored; and the persons."""
    generator = np.random.default_rng(0)
    any_of = np.unique(people.of, return_index=True)[1]
    drawn = [np.repeat(generator.permutation(any_of)[:_PEOPLE], _EACH) for _ in range(steps)]
    rows = [people.draw(each, generator.random(len(each))) for each in drawn]
    mirrored = generator.random((steps, len(rows[0]))) < 0.5
    for image, of, mirror in zip(
        images.gathered(map(torch.from_numpy, rows)), rows, mirrored, strict=True
    ):
        flip = torch.from_numpy(mirror).to(image.device)[:, None, None, None]
        yield torch.where(flip, image.flip(3), image), torch.from_numpy(people.of[of])


def batch_hard(embedded: Tensor, labels: Tensor) -> Tensor:
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
    return F.softplus(farthest - nearest).mean()
