"""The two-step disentanglement method (Hadad et al., 2018), with RoDi's networks."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.declaration import DataSpec
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.residual import ImageEncoder
from models.pairs.hyperparameters import ATSDMDeclaration, ATSDMHyperparameters
from models.pairs.pair_method import PairMethod
from models.pictures import squared_error


class ATSDM(ATSDMDeclaration, PairMethod):
    """Two-step disentanglement: an appearance learnt from labels, then a pose that hides them.

    It uses the identities of the images and not their pairs: both codes are of ``image``. In the
    first step, the appearance encoder is trained to classify identities. In the second it stays
    fixed, and pose encoder and decoder are trained against an adversary that classifies the
    identity from the pose.
    """

    def __init__(self, hyperparameters: ATSDMHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape, n = hyperparameters, data.image_shape, data.n_identities
        if n < 2:
            raise ValueError(
                f"method=atsdm learns from labels of identities, and these data have {n}: choose "
                "a dataset with identities, or another method"
            )
        self.appearance_encoder = ImageEncoder(hp.network, shape, hp.d_appearance)
        self.pose_encoder = ImageEncoder(hp.network, shape, hp.d_pose)
        self.classifier = _perceptron(hp.d_appearance, hp.width, n, normalised=False)
        self.adversary = _perceptron(hp.d_pose, hp.width, n, normalised=True)

    def phases(self) -> tuple[Phase, ...]:
        """Return the update of the first step, and adversary's and generator's of the second."""
        every = self.hyperparameters.generator_every
        return (
            Phase(
                "classifier",
                "classification",
                ("appearance_encoder.", "classifier."),
                gate="in_first_step",
            ),
            Phase(
                "adversary",
                "accusation",
                ("adversary.",),
                gate="in_second_step",
                lr="adversary_lr",
            ),
            Phase(
                "generator",
                "generation",
                ("pose_encoder.", "decoder."),
                every=every,
                gate="in_second_step",
                betas=(0.5, 0.999),
            ),
        )

    def in_first_step(self, stats: Stats) -> Tensor:
        """Return whether training is in the first step, in which the appearance is learnt."""
        return stats["classifier/first_step"] > 0

    def in_second_step(self, stats: Stats) -> Tensor:
        """Return whether training is in the second step, in which the pose is learnt."""
        return stats["classifier/first_step"] == 0

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw nothing: no code is sampled."""
        del batch_size, generator
        return {}

    def classification(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the cross-entropy of the identity, classified from the appearance, in nats."""
        del noise
        logits = self.classifier(self.appearance_code(batch["image"]))
        loss = F.cross_entropy(logits, batch["identity"])
        first = 1.0 * (values["progress"] < values["first_share"])
        correct = _accuracy(logits, batch["identity"])
        return loss, {"correct": correct, "first_step": torch.zeros_like(correct) + first}

    def accusation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the adversary's cross-entropy of the identity, from the pose, in nats."""
        del noise, values
        with torch.no_grad():
            pose = self.pose_code(batch["image"])
        logits = self.adversary(pose)
        correct = _accuracy(logits, batch["identity"])
        return F.cross_entropy(logits, batch["identity"]), {"correct": correct}

    def generation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return ``w_r mse - w_a ce``: mean squared error, and the adversary's cross-entropy."""
        del noise
        image = batch["image"]
        with torch.no_grad():
            appearance = self.appearance_code(image)
        pose = self.pose_code(image)
        rec = squared_error(self.compose(pose, appearance), image).mean() / self.data.n_pixels
        hidden = F.cross_entropy(self.adversary(pose), batch["identity"])
        loss = values["rec_weight"] * rec - values["adv_weight"] * hidden
        return loss, {"rec": rec.detach(), "cross_entropy": hidden.detach()}

    def appearance_code(self, image: Tensor) -> Tensor:
        """Return the appearance of images ``[B, C, H, W]``, ``[B, d_appearance]``."""
        code: Tensor = self.appearance_encoder(image)
        return code

    def pose_code(self, image: Tensor) -> Tensor:
        """Return the pose of images ``[B, C, H, W]``, ``[B, d_pose]``."""
        code: Tensor = self.pose_encoder(image)
        return code


def _perceptron(d: int, width: int, n: int, normalised: bool) -> nn.Sequential:
    """Return three hidden layers and ``n`` logits, with batch normalisation if ``normalised``."""
    layers: list[nn.Module] = []
    for inputs in (d, width, width):
        # Normalisation subtracts the mean, and with it any bias.
        layers.append(nn.Linear(inputs, width, bias=not normalised))
        if normalised:
            layers.append(nn.BatchNorm1d(width, track_running_stats=False))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Linear(width, n))


def _accuracy(logits: Tensor, identity: Tensor) -> Tensor:
    return (logits.detach().argmax(1) == identity).to(logits.dtype).mean()
