import numpy as np
import pytest

from harness.data.identity_order import crossed, growing, require_variety, shuffled
from harness.data.pairs import draw_triplets
from harness.errors import UserError


def test_shuffled_is_a_permutation_that_depends_on_the_key() -> None:
    orders = [shuffled(key, 50) for key in ("a", "b")]
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), np.arange(50))
    assert (orders[0] != orders[1]).any()
    np.testing.assert_array_equal(shuffled("a", 8), [1, 2, 7, 4, 6, 3, 5, 0])  # golden


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 9), (7, 1), (252, 172), (25, 972), (972, 72)])
def test_growing_gives_every_pair_once_in_growing_rectangles(n: int, m: int) -> None:
    identity, frame = growing(n, m)
    assert len(np.unique(identity * m + frame)) == len(identity) == n * m
    share = np.maximum((identity + 1) / n, (frame + 1) / m)
    assert (np.diff(share) >= 0).all()


@pytest.mark.parametrize("first", [200, 1000, 6000])
@pytest.mark.parametrize(("n", "m"), [(84, 172), (252, 172), (25, 972), (324, 72)])
def test_the_first_few_are_as_many_of_the_identities_as_of_the_frames(
    n: int, m: int, first: int
) -> None:
    identity, frame = (index[:first] for index in growing(n, m))
    side = np.sqrt(first / (n * m))
    # The shares are alike but for one identity's or one frame's worth, whichever is more.
    assert len(np.unique(identity)) == pytest.approx(side * n, abs=1 + n / m)
    assert len(np.unique(frame)) == pytest.approx(side * m, abs=1 + m / n)
    # Every image has a partner of its identity and one in its frame, but for those just begun.
    drawn = draw_triplets(identity, frame, 100)
    assert (identity[drawn.truth] == identity[drawn.appearance]).all()
    assert (np.bincount(identity)[identity] > 1).mean() > 0.98


def test_crossed_knows_of_each_pair_what_is_known_of_its_two() -> None:
    known = crossed(
        {"who": np.array([7, 5, 9]), "hair": np.array([1, 0, 1])}, {"pose": np.array([40, 30])}
    )
    assert {(who, hair, pose) for who, hair, pose in zip(*known.values(), strict=True)} == {
        (who, hair, pose) for who, hair in ((7, 1), (5, 0), (9, 1)) for pose in (40, 30)
    }
    assert all(values.dtype == np.int64 for values in known.values())


def test_too_little_to_swap_is_refused() -> None:
    require_variety("people", 4, 2)
    with pytest.raises(UserError, match="people: 3 found, at least 4 are needed"):
        require_variety("people", 3, 2)
    with pytest.raises(UserError, match="people: each is shown in one frame only"):
        require_variety("people", 4, 1)
