"""Checks before any trial runs: can it learn from its data, be scored, be reported?"""

from collections.abc import Iterable, Sequence
from functools import partial

from harness.config.schema import TrialConfig
from harness.config.search_spaces import SearchSpace
from harness.data.options import DatasetOptions
from harness.datasets.registry import datasets_that
from harness.errors import UserError, did_you_mean
from harness.methods import declaration
from harness.metrics.metric import Metric, in_words
from harness.metrics.registry import METRICS, known_keys, metric_keys
from harness.spaces.constraints import parse_constraint
from models.declaration import LABELLED

_WHAT = {
    "identity_factor": "identities",
    "camera_factor": "cameras",
    "keypoints": "keypoints",
    "crosses_views": "viewpoints in all combinations with their poses",
}


def check_batches(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials whose method cannot learn from their dataset or batch size.

    Raises:
        UserError: the dataset lacks a modality, does not know whose image is whose, or batches of
            pairs would be odd.
    """
    asked = {(trial.method, trial.dataset, trial.scale.batch_size) for trial in trials}
    for method, dataset, batch_size in sorted(asked, key=str):
        learner = declaration(method)
        if missing := [name for name in learner.needs if name not in dataset.modalities]:
            _suggest_options(method, dataset, missing)
            known = datasets_that(partial(_gives, learner.needs))
            raise UserError(
                f"The method '{method}' learns from {', '.join(learner.needs)} beside the images; "
                f"the dataset '{dataset.name}' has no {', '.join(missing)}. "
                f"Datasets that have: {', '.join(known) or 'none'}."
            )
        _require_tables(method, learner.tables, dataset)
        if LABELLED not in learner.needs:
            _require_labels(method, learner.needs, dataset)
        if learner.consumes != "pairs":
            continue
        if not dataset.identity_factor:
            known = datasets_that(lambda options: bool(options.identity_factor))
            sayable = "identity_factor" in vars(dataset)  # a field: images of the user's own
            say = "Name the column that says it, dataset.identity_factor=NAME, or choose"
            raise UserError(
                f"The method '{method}' learns from pairs of images of one identity, which the "
                f"dataset '{dataset.name}' does not know. {say if sayable else 'Choose'} one of "
                f"{', '.join(known)}."
            )
        if batch_size % 2:
            raise UserError(
                f"scale.batch_size={batch_size}: the method '{method}' needs an even number of "
                f"pairs, so that none meets itself in the reversed batch: {batch_size + 1}."
            )


def _suggest_options(method: str, dataset: DatasetOptions, missing: list[str]) -> None:
    """Say which options give what is missing, if all of it can be had."""
    hints = [dataset.optional_modalities.get(name, "") for name in missing]
    if all(hints):
        raise UserError(
            f"The method '{method}' learns from {', '.join(missing)} beside the images, which the "
            f"dataset '{dataset.name}' gives if it is asked to: {', '.join(hints)}."
        )


def check_precision(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials that round what their method must not have rounded.

    Raises:
        UserError: names the method, and the remedy.
    """
    for method in dict.fromkeys(t.method for t in trials if t.scale.precision != "float32"):
        if not declaration(method).may_round:
            raise UserError(
                f"scale.precision=bfloat16: the method '{method}' trains in float32 alone, as it "
                "does not say that 8 significant bits are enough for it (`may_round = True` in a "
                "class of yours). Leave scale.precision out."
            )


def check_fit(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials whose hyperparameters cannot be with what their dataset is known to be.

    Raises:
        UserError: says what does not fit, and the remedy.
    """
    for trial in trials:
        learner, dataset = declaration(trial.method), trial.dataset
        if fault := learner.fault(trial.hyperparameters, dataset.tables):
            raise UserError(
                f"The method '{trial.method}' with the dataset '{dataset.name}': {fault}"
            )


def _require_tables(method: str, tables: Iterable[str], dataset: DatasetOptions) -> None:
    """Refuse a method that must know of its dataset as a whole what this one does not say."""
    if missing := [name for name in tables if name not in dataset.tables]:
        _suggest_options(method, dataset, missing)
        known = datasets_that(lambda options: set(tables) <= set(options().tables))
        raise UserError(
            f"The method '{method}' must know {', '.join(tables)} of a dataset, and "
            f"'{dataset.name}' does not say {', '.join(missing)}. "
            f"Datasets that do: {', '.join(known) or 'none'}."
        )


def _require_labels(method: str, needs: Iterable[str], dataset: DatasetOptions) -> None:
    """Refuse a method that needs what only some of the training images have."""
    if partly := [name for name in needs if name in dataset.partly_given]:
        raise UserError(
            f"The method '{method}' learns from {', '.join(partly)} of every image, and the "
            f"dataset '{dataset.name}' gives them for a part of the training images alone. Leave "
            "out dataset.label_fraction, or choose a method that learns from labels of some images "
            f"(one that needs '{LABELLED}')."
        )


def check_scores(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials that ask for a metric whose ground truth their dataset lacks.

    Raises:
        UserError: it does not know the identities, cameras or keypoints of its images, or
            gives no such poses beside them.
    """
    for options, names in dict.fromkeys((trial.dataset, trial.metrics) for trial in trials):
        lacking = [name for name in names if _missing(METRICS.load(name), options)]
        if not lacking:
            continue
        name, metric = lacking[0], METRICS.load(lacking[0])
        source = getattr(options, "source", "")
        of = f"'{options.name}'" + (f" with source={source}" if source else "")
        needed = [*(_WHAT[field] for field in metric.of_options), *metric.of_modalities]
        needed += [each for each in _missing(metric, options) if each not in needed]
        left = ",".join(each for each in names if each not in lacking)
        raise UserError(
            f"The metric '{name}' needs images whose {_and(needed)} are known, and the dataset "
            f"{of} does not know their {_and(_missing(metric, options))}. Leave '{name}' out of "
            f"metrics{f' (metrics=[{left}])' if left else ''}{_elsewhere(metric, options)}."
        )


def left_out(names: Iterable[str], options: DatasetOptions) -> dict[str, str]:
    """Return what of these metrics cannot be computed on a dataset, and why, in words."""
    reasons = {}
    for name in names:
        metric = METRICS.load(name)
        if lacking := _missing(metric, options):
            reasons[name] = f"the {_and(lacking)} of '{options.name}' are not known"
    return reasons


def _elsewhere(metric: Metric, options: DatasetOptions) -> str:
    """Say with which data a metric can be computed that this dataset's options do not allow."""
    known = datasets_that(partial(_suffices, metric))
    default = getattr(type(options)(), "source", "")
    here = f", or give dataset.source={default}" if options.name in known and default else ""
    hints = [options.optional_modalities.get(name, "") for name in metric.of_modalities]
    if hints and all(hints):
        return f", or give {', '.join(hints)}"
    if "crosses_views" in metric.of_options and hasattr(options, "crossed"):
        return ", or give dataset.crossed=true"
    if set(metric.of_factors) & set(options.unknown):
        return here
    others = [name for name in known if name != options.name or not here]
    return here + (f", or choose dataset={', dataset='.join(others)}" if others else "")


def _gives(modalities: Iterable[str], options: type[DatasetOptions]) -> bool:
    given = options()
    return set(modalities) <= {*given.modalities, *given.optional_modalities}


def _suffices(metric: Metric, options: type[DatasetOptions]) -> bool:
    return not _missing(metric, options())


def _missing(metric: Metric, options: DatasetOptions) -> list[str]:
    fields = [_WHAT[field] for field in metric.of_options if not getattr(options, field)]
    modalities = [name for name in metric.of_modalities if name not in options.modalities]
    unknown = [in_words(each) for each in metric.of_factors if each in options.unknown]
    return list(dict.fromkeys([*fields, *modalities, *unknown]))


def _and(words: Iterable[str]) -> str:
    return " and ".join(words)


def check_declared(space: SearchSpace, trials: Sequence[TrialConfig]) -> None:
    """Refuse a baseline that is not swept, and constraints and effects on what nobody scores.

    Raises:
        UserError: names the key, and the nearest one that is known.
    """
    swept = {*space.sweep, *(key for more in space.each.values() for key in more)}
    for key in space.baseline_at(trials[0].scale.name):
        if key not in swept:
            raise UserError(
                f"baseline of the search space '{space.name}': it does not sweep '{key}'."
                f"{did_you_mean(key, swept)} Swept: {', '.join(sorted(swept))}."
            )
    for text in space.constraints:
        _check_constraint(text, f"constraints of the search space '{space.name}'", trials)
    for key in space.effects_on:
        _check_metric(key, f"effects_on of the search space '{space.name}'", trials)


def _check_constraint(text: str, where: str, trials: Sequence[TrialConfig]) -> None:
    constraint = parse_constraint(text, where)
    path = constraint.path
    _check_metric(constraint.metric, where, trials)
    paths = {path for trial in trials for path in trial.params()} if path else set()
    if path and path not in paths:
        raise UserError(f"{where}: no trial has '{path}'.{did_you_mean(path, paths)}")


def _check_metric(key: str, where: str, trials: Sequence[TrialConfig]) -> None:
    asked = {name: None for trial in trials for name in trial.metrics}
    if key not in metric_keys(asked) and key not in (known := known_keys()):
        raise UserError(f"{where}: there is no metric '{key}'.{did_you_mean(key, known)}")
