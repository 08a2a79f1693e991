"""Walks through the latent space: which dimensions are shown, and in what order."""

import numpy as np

from reports.pictures.latent_walks import MOST_DIMENSIONS, _strips


def walk(d: int) -> np.ndarray:
    """Images of ``d`` dimensions, each of its dimension's number."""
    return np.broadcast_to(np.arange(d, dtype=np.uint8)[:, None, None, None, None], (d, 9, 1, 2, 2))


def test_dimensions_have_their_numbers_and_what_they_tell() -> None:
    kl = np.array([0.5, 0.0, 2.25, 0.5], np.float32)
    kept = {"dimensions_pose": np.array([2, 0]), "walk_pose": walk(2), "kl_pose": kl}
    strips = _strips({**kept, "samples": walk(1)})
    assert [label for label, _ in strips] == ["pose 3\n2.25 nats", "pose 1\n0.50 nats"]
    assert [int(images.max()) for _, images in strips] == [0, 1]


def test_only_so_many_are_shown_and_groups_stay_together() -> None:
    strips = _strips({"walk_b": walk(2), "walk_a": walk(20)})
    assert [label for label, _ in strips] == [f"a {i + 1}" for i in range(MOST_DIMENSIONS)] + [
        "b 1",
        "b 2",
    ]
