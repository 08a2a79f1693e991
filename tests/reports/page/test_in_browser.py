"""Reports of made-up runs, measured in a browser: nothing is cut off, overlaid or empty."""

from pathlib import Path

import numpy as np
import pytest

import reports
from tests.reports.helpers.ablations import factorial, rodi
from tests.reports.helpers.browser import CHROMIUM, said_in_frames, with_script
from tests.reports.helpers.methods import made_up
from tests.reports.helpers.searches import search
from tests.reports.helpers.synthetic import results, without

WIDTHS = (1200, 500)
PROBE = (Path(__file__).parents[1] / "helpers" / "measuring.js").read_text(encoding="utf-8")


def beta(*, seeds=3):
    """A factor whose last level scatters so much that its interval is far longer than the rest."""

    def value(beta, seed):
        rng = np.random.default_rng([int(10 * beta), seed])
        return -200 + 3 * beta + (60 if beta > 8 else 2) * rng.standard_normal()

    levels = {"method.beta": [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]}
    return factorial(levels, value, seeds, report="ablation")


def sparse():
    """Groups of which most lack most levels."""
    made = results()
    rows = made.trials[(made.trials["param.method.lr"] > 1e-4)]
    return without(made, rows["trial_id"].tolist()[5:])


RUNS = {
    "methods": (made_up, "comparison"),
    "beta": (beta, "ablation"),
    "two_seeds": (lambda: beta(seeds=2), "ablation"),
    "rodi": (rodi, "ablation"),
    "search": (lambda: search(8), "tuning"),
    "stability": (results, "stability"),
    "sparse": (sparse, "stability"),
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What the browser found of each report at each width; all in one go, as it starts slowly."""
    if not CHROMIUM:
        pytest.skip("no chromium is installed")
    folder = tmp_path_factory.mktemp("pages")
    frames = []
    for name, (make, kind) in RUNS.items():
        page = reports.build(make(), kind, folder / f"{name}.html")
        page.write_text(with_script(page.read_text(encoding="utf-8"), PROBE, name), "utf-8")
        frames += [(page.name, width) for width in WIDTHS]
    return {(page["name"], page["at"]): page["faults"] for page in said_in_frames(folder, frames)}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_cut_off_overlaid_or_empty(name, width, measured):
    assert measured[name, width] == []
