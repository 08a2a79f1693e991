"""The VAE of Table 1."""

import torch

from models.declaration import DataSpec
from models.vae.hyperparameters import VAEHyperparameters
from models.vae.vae import VAE

MNIST = DataSpec((1, 28, 28), n_train=60_000)


def test_number_of_parameters_for_mnist() -> None:
    vae = VAE(VAEHyperparameters(), MNIST)
    counts = {
        name: sum(p.numel() for p in part.parameters()) for name, part in vae.named_children()
    }
    # 784-128-64-4 twice and 4-64-64-784, weights and biases.
    assert counts == {"encoder": 2 * 108_996, "decoder": 55_440}
    assert sum(counts.values()) == 273_432


def test_defaults_are_the_papers() -> None:
    assert VAEHyperparameters() == VAEHyperparameters(
        lr=1e-4, beta=1.0, d=4, encoder_widths=(128, 64), decoder_widths=(64, 64)
    )


def test_reconstruction_decodes_the_mean() -> None:
    torch.manual_seed(0)
    vae = VAE(VAEHyperparameters(), DataSpec((1, 5, 5), n_train=10))
    image = torch.rand(3, 1, 5, 5)
    at_the_mean = vae.decoder(vae.encode(image)["latent"])
    assert torch.equal(vae.reconstruct(image), at_the_mean)
    no_noise = vae.elbo({"image": image}, {"z": torch.zeros(3, 4)})["log_likelihood"]
    reference = torch.nn.functional.binary_cross_entropy(at_the_mean, image, reduction="none")
    torch.testing.assert_close(no_noise, -reference.sum((1, 2, 3)))
