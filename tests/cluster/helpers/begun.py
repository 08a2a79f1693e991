"""A method that notes each time it is built: how many trials began, those too that never ended."""

import os
from pathlib import Path

from models.declaration import DataSpec
from models.vae.hyperparameters import VAEHyperparameters
from models.vae.vae import VAE

FILE = "UNBRAID_TEST_BEGUN"
"""Environment variable of a host that names the file for its notes; without it none are taken."""


class NotedVAE(VAE):
    """The VAE; a trial builds it once, when it begins."""

    def __init__(self, hyperparameters: VAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        if name := os.environ.get(FILE):
            with Path(name).open("a") as notes:  # on the host's own disk, which does not get full
                notes.write("begun\n")


def begun(*files: Path) -> int:
    """Return how many trials these files say that began."""
    return sum(len(file.read_text().splitlines()) for file in files if file.exists())
