"""Groups of images, and triplets drawn from them."""

import numpy as np
import pytest

from harness.data.pairs import Groups, draw_triplets
from harness.errors import UserError

PEOPLE, FRAMES = 5, 7
IDENTITY = np.repeat(np.arange(PEOPLE) * 10, FRAMES)  # labels need not be 0, 1, 2 …
FRAME = np.tile(np.arange(FRAMES) - 3, PEOPLE)


def test_a_draw_stays_in_the_group_and_reaches_all_of_it_alike() -> None:
    order = np.random.default_rng(1).permutation(len(IDENTITY))
    labels = IDENTITY[order]
    images = np.full(7000, 4)
    drawn = Groups(labels).draw(images, np.random.default_rng(0).random(7000))
    assert (labels[drawn] == labels[4]).all()
    values, counts = np.unique(drawn, return_counts=True)
    assert len(values) == FRAMES
    # 4 standard deviations of a binomial count with p = 1/7
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(7000 * 6 / 49)
    edges = Groups(labels).draw(np.array([4, 4]), np.array([0.0, np.nextafter(1.0, 0)]))
    assert edges.tolist() == [values[0], values[-1]]


def test_triplets_are_what_they_are_said_to_be() -> None:
    found = draw_triplets(IDENTITY, FRAME, 2000)
    assert (IDENTITY[found.appearance] == IDENTITY[found.truth]).all()
    assert (FRAME[found.appearance] != FRAME[found.truth]).all()
    assert (FRAME[found.pose] == FRAME[found.truth]).all()
    assert (IDENTITY[found.pose] != IDENTITY[found.truth]).all()
    for of in (found.appearance, found.truth, found.pose):
        assert len(np.unique(of)) == len(IDENTITY), "2,000 draws miss none of 35 by chance"


def test_triplets_are_the_same_for_a_seed() -> None:
    first, again, other = (draw_triplets(IDENTITY, FRAME, 50, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.pose, again.pose)
    assert (first.truth != other.truth).any()


def test_who_cannot_be_part_of_a_triplet_is_left_out() -> None:
    """The last has one frame alone, the first frame of its own."""
    identity, frame = np.append(IDENTITY, [99, 0]), np.append(FRAME, [0, 77])
    found = draw_triplets(identity, frame, 2000)
    assert found.truth.max() < len(IDENTITY)
    assert found.appearance.max() == len(IDENTITY) + 1, "it can give the appearance"
    assert len(IDENTITY) in found.pose, "and the other one the pose"


@pytest.mark.parametrize(
    ("identity", "frame", "told"),
    [
        ([1, 1, 1], [0, 1, 2], "1 identities in 3 frames"),
        ([1, 2, 3], [0, 0, 0], "3 identities in 1 frames"),
        ([1, 1, 2, 2], [0, 1, 2, 3], "2 identities in 4 frames"),
    ],
)
def test_where_there_are_none(identity: list[int], frame: list[int], told: str) -> None:
    with pytest.raises(UserError, match=f"No triplets can be drawn: .* {told}"):
        draw_triplets(np.array(identity), np.array(frame), 5)
