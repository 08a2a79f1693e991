"""Writes small files in the layouts of LSP, LSPET and MPII."""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

PEOPLE = 10
RNG = np.random.default_rng(3)


def _photographs(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        noise = RNG.integers(0, 255, (60, 80, 3), np.uint8)
        Image.fromarray(noise).save(folder / name, quality=95)


def places(n_joints: int) -> np.ndarray:
    """Where the joints are, ``[N, J, 2]`` in pixels from 0."""
    return np.random.default_rng(5).uniform(5, 55, (PEOPLE, n_joints, 2))


def write_lsp(root: Path) -> Path:
    """Write LSP; return the folder."""
    folder = root / "lsp"
    _photographs(folder / "images", [f"im{i:04d}.jpg" for i in range(1, PEOPLE + 1)])
    joints = np.concatenate([places(14) + 1, np.zeros((PEOPLE, 14, 1))], axis=2)
    savemat(folder / "joints.mat", {"joints": joints.transpose(2, 1, 0)})
    return folder


def write_lspet(root: Path) -> Path:
    """Write LSPET, of which the first joint of every person is not visible; return the folder."""
    folder = root / "lspet"
    _photographs(folder / "images", [f"im{i:05d}.jpg" for i in range(1, PEOPLE + 1)])
    joints = np.concatenate([places(14) + 1, np.ones((PEOPLE, 14, 1))], axis=2)
    joints[:, 0, 2] = 0
    savemat(folder / "joints.mat", {"joints": joints.transpose(1, 2, 0)})
    return folder


def write_mpii(root: Path) -> Path:
    """Write MPII's json export, two people in each photograph; return the folder."""
    folder = root / "mpii"
    names = [f"{i:09d}.jpg" for i in range(PEOPLE // 2)]
    _photographs(folder / "images", names)
    (folder / "annot").mkdir()
    visible = [int(joint != 3) for joint in range(16)]
    for part in ("train", "valid"):
        entries = [
            {"image": names[i // 2], "joints": at.tolist(), "joints_vis": visible}
            for i, at in enumerate(places(16))
        ]
        (folder / f"annot/{part}.json").write_text(json.dumps(entries))
    return folder
