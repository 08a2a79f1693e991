"""Builds the spatial transformer that a method's hyperparameters choose."""

from models.transformers.affine import AFFINE_TRANSFORMERS, AffineDiffeo
from models.transformers.base import Transformer
from models.transformers.cpab.transformer import CPAB
from models.transformers.hyperparameters import TransformerHyperparameters


def build_transformer(hyperparameters: TransformerHyperparameters) -> Transformer:
    """Return the transformer that the hyperparameters choose."""
    hp = hyperparameters
    if hp.transform == "affine_diffeo":
        return AffineDiffeo(hp.inverse, hp.identity_offset, hp.exponential)
    if hp.transform != "cpab":
        return AFFINE_TRANSFORMERS[hp.transform](hp.inverse, hp.identity_offset)
    along_width, along_height = hp.tessellation[:: -1 if hp.published_axes else 1]
    return CPAB((along_width, along_height), hp.zero_boundary, hp.volume_preserving, hp.steps)
