import numpy as np
import pytest
from scipy import stats

from harness.keyed_random import uniforms


@pytest.mark.parametrize("width", [1, 3, 4, 9])
def test_an_image_has_the_same_draws_whatever_is_drawn_with_it(width: int) -> None:
    together = uniforms("stream", 50, width)
    alone = np.concatenate([uniforms("stream", 1, width, start=i) for i in range(50)])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together[17:], uniforms("stream", 33, width, start=17))


def test_another_key_gives_other_draws() -> None:
    assert not np.any(uniforms("train", 20, 3) == uniforms("test", 20, 3))


def test_draws_never_change_between_versions() -> None:
    # Golden: a change here changes every procedural image and every fixed warp.
    expected = [[0.410598556848, 0.645302117318], [0.469523497565, 0.929327900844]]
    np.testing.assert_allclose(uniforms("golden", 2, 2), expected, atol=1e-10)


def test_draws_are_uniform_in_the_open_interval() -> None:
    drawn = uniforms("distribution", 5000, 4)
    assert drawn.min() > 0
    assert drawn.max() < 1
    # The draws are fixed, so this either holds or does not; 1e-3 leaves room for no real bias.
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 1e-3
    # Neighbouring columns and images: |r| of 5,000 independent pairs is below 0.05 at 3.5 sigma.
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 0.05
    assert abs(np.corrcoef(drawn[1:, 0], drawn[:-1, 3])[0, 1]) < 0.05
