"""Training as one writes it by hand for one paper: the standard our training loop is held to.

The same networks, the same optimiser and the same warp, in one straight loop without phases,
statistics, divergence checks or generators for each purpose.
"""

from collections.abc import Iterator

import torch

from harness.config.schema import TrialConfig
from harness.data.dataset import Dataset
from harness.data.warp import scale_draws, warp_images
from harness.methods import METHODS
from models.vae.variational import VariationalMethod


def epochs_by_hand(trial: TrialConfig, dataset: Dataset) -> Iterator[None]:
    """Train a variational method, yielding after every epoch."""
    torch.manual_seed(trial.seed)
    hyperparameters, scale = trial.hyperparameters, trial.scale
    model = METHODS.load(trial.method)(hyperparameters, dataset.spec)
    assert isinstance(model, VariationalMethod)
    adam = torch.optim.Adam(model.parameters(), lr=hyperparameters.lr, fused=True)
    images = torch.tensor(dataset.train.images)
    noise = torch.Generator().manual_seed(trial.seed)
    for epoch in range(1, scale.epochs + 1):
        weight = hyperparameters.beta * min(epoch / (scale.epochs * scale.warmup_fraction), 1)
        for rows in torch.split(torch.randperm(len(images)), scale.batch_size):
            image = images[rows].float() / 255
            if dataset.warp:
                image = warp_images(image, *scale_draws(torch.rand(3, len(rows)), dataset.warp))
            bound = model.elbo({"image": image}, model.draw(len(rows), noise))
            loss = (weight * bound["kl"] - bound["log_likelihood"]).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
        yield
