"""Walks through the latent space: one dimension moves, the others stay at the prior's mean."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import Figure
from reports.page.text import words
from reports.pictures.gallery import Artifact, best_trials, draw_strips

PREFIX = "walk_"
MOST_DIMENSIONS = 6
"""Most dimensions of a group that are shown."""


def walks(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> list[Figure]:
    """Return a figure of the walks of each group's best trial."""
    figures = []
    for place, (cell, trial, arrays) in enumerate(best_trials(artifact, grid, group_profiles)):
        if strips := _strips(arrays):
            figures.append(_figure(f"walk{place}", cell.group, trial, strips))
    return figures


def _strips(arrays: Mapping[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    """Return label and images of the dimensions that tell most, the most telling first."""
    strips = []
    for name, dimensions in sorted(arrays.items()):
        if not name.startswith(PREFIX):
            continue
        group = name.removeprefix(PREFIX)
        kl = arrays.get(f"kl_{group}")
        numbers = arrays.get(f"dimensions_{group}", np.arange(len(dimensions)))
        for i, images in list(zip(numbers, dimensions, strict=True))[:MOST_DIMENSIONS]:
            nats = "" if kl is None else f"\n{kl[i]:.2f} nats"
            strips.append((f"{group} {i + 1}{nats}", images))
    return strips


def _figure(name: str, group: str, trial: str, strips: list[tuple[str, np.ndarray]]) -> Figure:
    most = max(len(images) for _, images in strips)
    svg = draw_strips(strips, name, most)
    dimensions = words([label.replace("\n", ", ") for label, _ in strips])
    caption = (
        f"{group}: decodings along each latent dimension, from −2.5 to 2.5 with all others at 0, "
        f"of its best trial ({trial}). Nats: the dimension's KL divergence from the prior, mean "
        "over the test images; what stays near 0 is not used."
    )
    data = pd.DataFrame({"group": [group], "trial_id": [trial], "dimensions": [dimensions]})
    return Figure(name, svg, f"Walks of {group} along {dimensions}.", caption, data)
