"""Whether a dataset can give what a method consumes."""

from collections.abc import Iterable
from functools import partial

from harness.config.schema import TrialConfig
from harness.data.options import DatasetOptions
from harness.datasets.registry import datasets_that
from harness.errors import UserError
from harness.methods import METHODS


def check_batches(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials whose method learns from what there cannot be.

    Raises:
        UserError: the dataset lacks a modality, does not know whose image is whose, or batches of
            pairs would be odd.
    """
    asked = {(trial.method, type(trial.dataset), trial.scale.batch_size) for trial in trials}
    for method, dataset, batch_size in sorted(asked, key=str):
        learner = METHODS.load(method)
        if missing := [name for name in learner.needs if name not in dataset.modalities]:
            having = datasets_that(partial(_gives, learner.needs))
            raise UserError(
                f"The method '{method}' learns from {', '.join(learner.needs)} beside the images; "
                f"the dataset '{dataset.name}' has no {', '.join(missing)}. "
                f"Datasets that have: {', '.join(having) or 'none'}."
            )
        if learner.consumes != "pairs":
            continue
        if not dataset.identity_factor:
            known = datasets_that(lambda options: bool(options.identity_factor))
            raise UserError(
                f"The method '{method}' learns from pairs of images of one identity, which the "
                f"dataset '{dataset.name}' does not know. Choose one of {', '.join(known)}."
            )
        if batch_size % 2:
            raise UserError(
                f"scale.batch_size={batch_size}: the method '{method}' needs an even number of "
                f"pairs, so that none meets itself in the reversed batch: {batch_size + 1}."
            )


def _gives(modalities: Iterable[str], options: type[DatasetOptions]) -> bool:
    return set(modalities) <= set(options.modalities)
