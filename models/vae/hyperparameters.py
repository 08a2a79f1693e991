"""Hyperparameters of the VAEs and of VITAE. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt

from models.choices import LikelihoodName, Network, TCEstimator, Widths
from models.declaration import Declaration
from models.hyperparameters import Added, Structure, Value
from models.transformers.hyperparameters import TransformerHyperparameters

_HALF = "proposal for 'approximately half the neurons' of Table 1; the paper gives no numbers"


@dataclass(frozen=True)
class VariationalHyperparameters:
    """Learning rate, weight of the KL term and likelihood of the pixels."""

    lr: Annotated[
        float,
        Value("λ", "Adam's learning rate", "VITAE, supplement, Section 2; swept in Figure 1"),
        Gt(0),
    ] = 1e-4
    beta: Annotated[
        float,
        Value("β", "weight of the KL term", "beta-VAE (Higgins et al., 2017); 1 is the ELBO"),
        Ge(0),
    ] = 1.0
    likelihood: Annotated[
        LikelihoodName,
        Structure(
            "p(x|z)", "distribution of a pixel", "Tables 1 and 2, Bernoulli; 3 and 4, normal"
        ),
    ] = "bernoulli"
    sigma2: Annotated[
        float,
        Structure("σ²", "fixed variance of a normal pixel", "VITAE, supplement, Section 3"),
        Gt(0),
    ] = 0.1


@dataclass(frozen=True)
class VAEHyperparameters(VariationalHyperparameters):
    """Objective and networks of the VAE (VITAE, supplement, Table 1)."""

    d: Annotated[int, Structure("d", "dimension of the latent space", "Table 1"), Ge(1)] = 4
    network: Annotated[
        Network, Structure("", "kind of the networks", "Tables 1 and 3; Table 4")
    ] = "mlp"
    encoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the mean and of the variance encoder", "Table 1")
    ] = (128, 64)
    decoder_widths: Annotated[Widths, Structure("", "hidden widths of the decoder", "Table 1")] = (
        64,
        64,
    )


@dataclass(frozen=True)
class BetaVAEHyperparameters(VAEHyperparameters):
    """The VAE's, with another default of ``beta``."""

    beta: Annotated[
        float,
        Value("β", "weight of the KL term", "8 in VITAE's released scripts; no value in the paper"),
        Ge(0),
    ] = 8.0


@dataclass(frozen=True)
class BetaTCVAEHyperparameters(VAEHyperparameters):
    """The VAE's, with ``beta`` the weight of the total correlation."""

    beta: Annotated[
        float,
        Value("β", "weight of the total correlation", "6 in Chen et al.'s README; not in VITAE"),
        Ge(0),
    ] = 6.0
    tc_estimator: Annotated[
        TCEstimator,
        Structure(
            "",
            "how the total correlation is estimated; each is off, mss too low by some tenths",
            "Chen et al., 2018, appendix C",
        ),
    ] = "mss"


@dataclass(frozen=True)
class DIPVAEIIHyperparameters(VAEHyperparameters):
    """The VAE's, and the weights of the two penalties."""

    lambda_od: Annotated[
        float,
        Value("λ_od", "weight of squared covariances", "disentanglement_lib: 1 to 50"),
        Ge(0),
    ] = 10.0
    lambda_d: Annotated[
        Annotated[float, Ge(0)] | None,
        Value(
            "λ_d",
            "weight of squared distances of variances from 1; null for that of λ_od",
            "λ_od, for type II (disentanglement_lib)",
        ),
    ] = None


@dataclass(frozen=True)
class VITAEHyperparameters(TransformerHyperparameters, VariationalHyperparameters):
    """The transformer and the four networks of a VITAE (VITAE, supplement, Section 2)."""

    d: Annotated[int, Structure("d", "dimension of each of the two spaces", "Table 1"), Ge(1)] = 2
    network: Annotated[
        Network, Structure("", "kind of the networks of images", "Tables 1 and 3; Table 4")
    ] = "mlp"
    appearance_encoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the appearance encoders", _HALF)
    ] = (64, 32)
    appearance_decoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the appearance decoder", _HALF)
    ] = (32, 32)
    perspective_encoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the pose encoders", _HALF)
    ] = (64, 32)
    perspective_decoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the decoder of γ", _HALF)
    ] = (32, 32)
    leaky_slope: Annotated[
        float,
        Structure(
            "α",
            "slope of LeakyReLU below 0",
            "supplement, Section 2; 0.01 in the released perceptrons (encoder_decoder.py)",
        ),
        Ge(0),
        Added(before=0.1),
    ] = 0.1
    normalise_input: Annotated[
        bool,
        Structure(
            "",
            "begin every encoder with BatchNorm over its pixels (of convolutions, its channels)",
            "released code, encoder_decoder.py; not in the paper",
        ),
        Added(before=False),
    ] = False


class VAEDeclaration(Declaration):
    """Declaration of the VAE."""

    Hyperparameters = VAEHyperparameters
    may_round = True


class BetaVAEDeclaration(Declaration):
    """Declaration of beta-VAE."""

    Hyperparameters = BetaVAEHyperparameters
    may_round = True


class BetaTCVAEDeclaration(Declaration):
    """Declaration of beta-TCVAE."""

    Hyperparameters = BetaTCVAEHyperparameters
    may_round = True


class DIPVAEIIDeclaration(Declaration):
    """Declaration of DIP-VAE-II."""

    Hyperparameters = DIPVAEIIHyperparameters
    may_round = True


class VITAEDeclaration(Declaration):
    """Declaration of U-VITAE and C-VITAE."""

    Hyperparameters = VITAEHyperparameters
