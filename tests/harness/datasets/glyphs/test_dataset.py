import numpy as np
import pytest
from scipy import stats
from scipy.interpolate import CubicHermiteSpline

from harness.datasets.glyphs.dataset import (
    AFFINE_FACTORS,
    GlyphsOptions,
    canonical,
    draw_factors,
    draw_jitter,
    render,
)
from harness.datasets.glyphs.strokes import MAX_POINTS, SHAPES, Stroke
from harness.datasets.registry import load_dataset

N = 300
FACTORS, JITTER = draw_factors("train", N), draw_jitter("train", N)
IMAGES = render(FACTORS, JITTER)


def only(rows: np.ndarray | slice) -> dict[str, np.ndarray]:
    return {name: known[rows] for name, known in FACTORS.items()}


def polyline(stroke: Stroke, points: np.ndarray) -> np.ndarray:
    """The corners of a stroke through pixels ``[K, 2]``, by scipy's cubic Hermite spline."""
    through = points[list(stroke.through)]
    if stroke.kind == "line":
        return through
    if stroke.kind == "loop":
        through = np.concatenate([through[-1:], through, through[:2]])
    else:
        ends = 2 * through[0] - through[1], 2 * through[-1] - through[-2]
        through = np.concatenate([ends[:1], through, ends[1:]])
    slopes = (through[2:] - through[:-2]) / 2
    spline = CubicHermiteSpline(np.arange(len(slopes)), through[1:-1], slopes)
    return np.asarray(spline(np.arange(0, len(slopes) - 0.99, 0.25)))


def brute_force(i: int) -> np.ndarray:
    """Image i, from the distance of every pixel to 400 points on every straight piece."""
    f = {name: float(known[i]) for name, known in FACTORS.items()}
    shape = SHAPES[int(f["label"])]
    x, y = (np.stack([shape.x, shape.y], 1) + JITTER[i, : len(shape.x)] - 0.5).T
    x = x - f["slant"] * y
    x, y = np.exp(f["log_sx"]) * x, np.exp(f["log_sy"]) * y
    x = x + f["shear"] * y
    turned = (x + 1j * y) * np.exp(1j * np.deg2rad(f["rotation"]))
    pixels = 13.5 + 20 * np.stack([turned.real, turned.imag], 1) + 28 * np.array([f["tx"], f["ty"]])
    dots = []
    for stroke in shape.strokes:
        corners = polyline(stroke, pixels)
        t = np.linspace(0, 1, 400)[:, None, None]
        dots.append(((1 - t) * corners[:-1] + t * corners[1:]).reshape(-1, 2))
    column, row = np.meshgrid(np.arange(28), np.arange(28))
    offsets = np.stack([column, row], -1)[:, :, None] - np.concatenate(dots)
    distance = np.sqrt((offsets**2).sum(-1).min(-1))
    return np.asarray(255 * np.clip(0.5 - (distance - f["stroke_width"] / 2) / 1.3, 0, 1))


@pytest.mark.parametrize("label", range(10))
def test_rendering_matches_brute_force(label: int) -> None:
    i = int(np.flatnonzero(FACTORS["label"] == label)[0])
    # Dots lie 0.06 pixels apart at most: a distance is too long by 0.03^2 / 2d < 0.001 pixels at
    # the edge of a stroke, a fifth of a grey level; rounding adds half of one.
    np.testing.assert_allclose(IMAGES[i, 0], brute_force(i), atol=1)


def test_an_image_depends_on_its_index_alone() -> None:
    for start, n in ((0, 1), (7, 70), (130, 3), (299, 1)):
        rows = slice(start, start + n)
        factors = draw_factors("train", n, start=start)
        for name, known in factors.items():
            np.testing.assert_array_equal(known, FACTORS[name][rows])
        again = render(factors, draw_jitter("train", n, start=start))
        np.testing.assert_array_equal(again, IMAGES[rows])


def test_the_first_factors_never_change() -> None:
    # Golden: a change here changes every result on glyphs.
    golden: dict[str, list[float]] = {
        "label": [7, 9],
        "stroke_width": [3.5464, 2.1800],
        "slant": [0.0082, 0.3419],
        "rotation": [1.7516, -15.0564],
        "tx": [0.0393, -0.0780],
        "ty": [0.0975, -0.0284],
        "log_sx": [-0.0722, 0.0489],
        "log_sy": [0.0482, -0.0659],
        "shear": [-0.0158, -0.0137],
    }
    assert list(FACTORS) == list(golden)
    for name, expected in golden.items():
        np.testing.assert_allclose(FACTORS[name][:2], expected, atol=6e-5, err_msg=name)


def test_factors_have_their_distributions() -> None:
    drawn = draw_factors("train", 4000)
    uniform = {
        "stroke_width": (2, 1.6),
        "slant": (-0.1, 0.5),
        "rotation": (-20, 40),
        "tx": (-0.1, 0.2),
        "ty": (-0.1, 0.2),
        "shear": (-0.2, 0.4),
    }
    # The draws are fixed; at 4,000 a wrong range or deviation gives p-values far below 1e-3.
    for name, args in uniform.items():
        assert stats.kstest(drawn[name], "uniform", args).pvalue > 1e-3, name
    for name in ("log_sx", "log_sy"):
        assert stats.kstest(drawn[name], "norm", (0, 0.08)).pvalue > 1e-3, name
    assert stats.chisquare(np.bincount(drawn["label"], minlength=10)).pvalue > 1e-3
    jitter = draw_jitter("train", 1000)
    assert stats.kstest(jitter.ravel(), "norm", (0, 0.022)).pvalue > 1e-3
    assert jitter.shape == (1000, MAX_POINTS, 2)


def test_canonical_images_have_no_affine_map() -> None:
    upright = canonical(FACTORS)
    assert all(not upright[name].any() for name in AFFINE_FACTORS)
    for name in ("label", "stroke_width", "slant"):
        np.testing.assert_array_equal(upright[name], FACTORS[name])
    # Without slant and jitter either, all images of a class and one width are the same...
    plain = {**upright, "slant": 0 * upright["slant"], "stroke_width": 0 * upright["slant"] + 3}
    images = render(plain)
    for label in range(10):
        assert len(np.unique(images[FACTORS["label"] == label], axis=0)) == 1
    # ... and a 0 is symmetric about both axes of the image.
    zero = images[FACTORS["label"] == 0][0, 0]
    np.testing.assert_array_equal(zero, zero[:, ::-1])
    np.testing.assert_array_equal(zero, zero[::-1])


def test_moving_one_factor_does_what_it_says() -> None:
    still = canonical(only(slice(40)))
    before = render(still, JITTER[:40])[:, 0]
    moved = render({**still, "tx": still["tx"] + np.float32(2 / 28)}, JITTER[:40])[:, 0]
    np.testing.assert_allclose(moved[:, :, 2:], before[:, :, :-2], atol=1)  # two pixels right
    lowered = render({**still, "ty": still["ty"] + np.float32(1 / 28)}, JITTER[:40])[:, 0]
    np.testing.assert_allclose(lowered[:, 1:], before[:, :-1], atol=1)  # one pixel down
    turned = render({**still, "rotation": still["rotation"] + 90}, JITTER[:40])[:, 0]
    np.testing.assert_allclose(turned, np.rot90(before, -1, (1, 2)), atol=1)  # clockwise


def test_dataset() -> None:
    dataset = load_dataset(GlyphsOptions(n_train=N, n_test=20), None)
    np.testing.assert_array_equal(dataset.train.images, IMAGES)
    assert dataset.train.factors.keys() == FACTORS.keys()
    test = render(dataset.test.factors, draw_jitter("test", 20))
    np.testing.assert_array_equal(dataset.test.images, test)


def test_classes_are_told_apart_by_their_canonical_images() -> None:
    images = render(canonical(FACTORS), JITTER).reshape(N, -1) / 255
    distance = ((images[:, None] - images) ** 2).sum(-1)
    np.fill_diagonal(distance, np.inf)
    same = FACTORS["label"][distance.argmin(1)] == FACTORS["label"]
    assert same.mean() > 0.95
