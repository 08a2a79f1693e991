"""Hyperparameters of RoDi, and the ablations of its Table 1 (Esser et al., 2019).

Importing this is cheap: it needs no torch.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Interval

from models.choices import Marginal
from models.hyperparameters import Added, Structure, Value, with_scale_defaults
from models.pairs.hyperparameters import PairDeclaration, PairHyperparameters

VariantName = Literal["a", "b", "c", "d", "e"]
"""The columns of Table 1."""


@dataclass(frozen=True)
class Variant:
    """The parts of the loss that a column of Table 1 has.

    Attributes:
        adversarial: whether the loss has the term of T (equation 22).
        bound: weight of the KL term: ``gap`` by rule (18), ``excess`` by rule (24), ``fixed``, or
            ``none``, with a pose code that is not sampled (the authors' code).
        biased: whether rule (18) has its bias towards 0.
    """

    adversarial: bool
    bound: Literal["gap", "excess", "fixed", "none"]
    biased: bool = False


GammaRule = Literal["paper", "released"]
"""``paper``: rules (18) and (24) as they are printed. ``released``: as in the authors' people
model, the estimates at least 0 and their difference in [0, 10]."""

VARIANTS: dict[VariantName, Variant] = {
    "a": Variant(adversarial=False, bound="excess"),
    "b": Variant(adversarial=True, bound="none"),
    "c": Variant(adversarial=True, bound="gap"),
    "d": Variant(adversarial=True, bound="fixed"),
    "e": Variant(adversarial=True, bound="gap", biased=True),
}


@dataclass(frozen=True)
class RodiHyperparameters(PairHyperparameters):
    """Those of the constraint on the mutual information, and of the classifiers."""

    variant: Annotated[
        VariantName,
        Structure(
            "",
            "a only variational, b only adversarial, c equal, d fixed, e adaptive combination",
            "Table 1",
        ),
    ] = "e"
    epsilon: Annotated[
        float, Value("ε", "bound on the mutual information, in nats", "Table 1"), Ge(0)
    ] = 0.125
    mu: Annotated[
        float,
        Value("μ", "weight of the squared excess, and step of λ", "(22), (23); authors' code"),
        Gt(0),
    ] = 0.1
    gamma0: Annotated[
        float,
        Value(
            "γ_0",
            "first weight of the KL term; variant d has γ instead",
            "authors' code: sprites 1, people 7.5",
        ),
        Ge(0),
    ] = 1.0
    gamma: Annotated[
        Annotated[float, Ge(0)] | None,
        Value("γ", "weight of the KL term in variant d; null for γ_0", "Table 1, d: γ = 1 fixed"),
        Added(before=None),
    ] = 1.0
    gamma_rule: Annotated[
        GammaRule,
        Structure("", "how γ changes: as printed, or clamped", "(18), (24); authors' code"),
        Added(before="released"),
    ] = "paper"
    l_gamma: Annotated[
        float, Value("l_γ", "learning rate of γ", "(18), (24); authors' code"), Ge(0)
    ] = 0.01
    b_gamma: Annotated[
        float, Value("b_γ", "bias of γ towards 0, in nats", "(18); authors' code"), Ge(0)
    ] = 0.01
    gamma_max: Annotated[float, Value("", "upper bound of γ", "authors' code"), Gt(0)] = 1000.0
    t_lr: Annotated[
        float,
        Value("η_T", "Adam's learning rate of the classifiers", "authors' code: twice the other"),
        Gt(0),
    ] = 4e-4
    t_updates: Annotated[
        int,
        Structure(
            "",
            "updates of the classifiers in a step, each on a new sample of its pairs' poses",
            "section 3.5 and authors' code: 1; more bring I_T nearer to (12)",
        ),
        Ge(1),
        Added(before=1),
    ] = 1
    warmup: Annotated[
        float,
        Value("", "share of the steps without the term of T, λ and γ unchanged", "authors' code"),
        Interval(ge=0, le=1),
    ] = 0.01
    pose_covariance: Annotated[
        Literal["diag", "full"],
        Structure("", "covariance of the pose code", "authors' code: sprites diag, people full"),
    ] = "diag"
    marginal: Annotated[
        Marginal,
        Structure("", "how codes are paired for the product of the marginals", "authors' code"),
    ] = "reverse"
    perceptual_weights: Annotated[
        str,
        Structure(
            "",
            "file of VGG-19's weights, for a perceptual L_rec; '' is a sum of squared errors",
            "authors' code: the people model; see models/networks/vgg19.py",
        ),
        Added(before=""),
    ] = ""
    visible_every: Annotated[
        int,
        Structure("", "steps from one update of the decoders of a single code to the next", "ours"),
        Ge(1),
    ] = 4


class RodiDeclaration(PairDeclaration):
    """Declaration of RoDi."""

    Hyperparameters = RodiHyperparameters
    at_scale = with_scale_defaults(PairDeclaration.at_scale, t_lr=2e-3, gamma0=0.1, warmup=0.05)
