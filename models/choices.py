"""The names that hyperparameters choose from: networks, likelihoods, transformations, estimators.

Importing this is cheap: it needs no torch.
"""

from typing import Annotated, Literal

from annotated_types import Ge

Widths = tuple[Annotated[int, Ge(1)], ...]
"""Hidden widths of a multilayer perceptron, from input to output."""

Network = Literal["mlp", "conv"]
"""The kinds of networks between images and codes (VITAE, Tables 1 and 3; Table 4)."""

NetworkSize = Literal["tiny", "small", "paper"]
"""The sizes of convolutional networks for the scales ``smoke``, ``small`` and ``paper``."""

OptimizerName = Literal["adam", "sgd"]
"""``adam``, or ``sgd``: plain gradient descent on minibatches, without momentum."""

LikelihoodName = Literal["bernoulli", "gaussian"]
"""The distributions of a pixel that a method can be built with."""

TransformName = Literal["affine", "affine_decomp", "affine_diffeo", "cpab"]
"""The families of transformations that a method can be built with."""

InverseMode = Literal["exact", "published", "released"]
"""``exact`` inverts the map; ``published`` is what VITAE's released code means by an inverse, and
``released`` what that code does, slips included (see ``models.transformers.affine``)."""

ExponentialName = Literal["series", "closed_form"]
"""Ways to the matrix exponential: torch's scaled and squared series, or a formula by cases."""

TCEstimator = Literal["mss", "mss_published", "mws", "mws_unnormalised"]
"""``mss``: minibatch stratified sampling. ``mss_published``: as in the authors' code, which puts
the weights ``1/N`` into the first column instead of the diagonal. ``mws``: minibatch weighted
sampling; too large by about ``(d - 1) log(BN)``. ``mws_unnormalised``: without these constants, as
in disentanglement_lib; trains as ``mws`` does. Values of two estimators cannot be compared."""

Marginal = Literal["reverse", "roll"]
"""Orders of the second codes of a batch that pair them independently of the first ones."""

GateRule = Literal["none", "theta", "theta_literal", "faces"]
"""When discriminator and generator are updated: always; by both thresholds; by θ_d alone; as the
code for faces does (see ``models.adversarial.gate``)."""

DiscriminatorLoss = Literal["mean_of_two", "sum"]
"""The mean of the cross-entropies for real and generated examples, ln 2 at chance, or the sum."""
