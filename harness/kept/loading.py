"""A kept model of a run directory, loaded into this process."""

import warnings
from collections.abc import Sequence
from pathlib import Path

from harness.errors import CorruptFileError, UserError, did_you_mean
from harness.kept.accepting import accepting_images
from harness.kept.ranking import Kept, best_of_each, kept_models
from harness.results import Results, load
from harness.results.records import model_name
from harness.shell import command_line
from harness.trial.device import pick_device
from harness.trial.weights import Origin, decode_model, decode_origin
from models.method import Method

SHOWN = 12
"""Most models that a message lists."""


def load_model(run_dir: str | Path, trial_id: str | None = None, device: str = "cpu") -> Method:
    """Return a trained method; :func:`harness.load_model` explains all of it."""
    results = load(run_dir)
    model = choose(results, trial_id)
    origin, method = read_model(results, model.trial_id, device)
    if changed := sources_warning(model.trial_id, origin):
        warnings.warn(changed, stacklevel=3)
    return accepting_images(method)


def choose(results: Results, trial_id: str | None) -> Kept:
    """Return the model of a trial or, without one, the best of those that were kept.

    Raises:
        UserError: none was kept, or not this one; or several methods or datasets have one, so that
            there is no best.
    """
    kept = require_kept(results)
    if trial_id is not None:
        ids = {model.trial_id: model for model in kept}
        if trial_id not in ids:
            raise UserError(_not_kept(results, trial_id, kept))
        return ids[trial_id]
    best = list(best_of_each(kept).values())
    if len(best) > 1:
        raise UserError(
            f"{results.location} keeps models of {len(best)} methods or datasets, which are not "
            f"compared with each other: name one by its trial.\n{listed(best)}"
        )
    return best[0]


def require_kept(results: Results) -> list[Kept]:
    """Return the models that were kept, in the order of the plan.

    Raises:
        UserError: there is none.
    """
    kept = kept_models(results)
    if not kept:
        raise UserError(_none_kept(results))
    return kept


def read_model(results: Results, trial_id: str, device: str) -> tuple[Origin, Method]:
    """Return a kept model as it was trained, in evaluation mode, and where it comes from.

    Raises:
        CorruptFileError: its file is torn or altered.
        UserError: the method's code does not fit it any more, or there is no such device.
    """
    name = f"{results.location}/{model_name(trial_id)}"
    where = pick_device(device)
    data = results.model(trial_id)
    try:
        origin = decode_origin(data, name)
    except CorruptFileError as error:
        raise CorruptFileError(f"{error}. {_again(results)}") from None
    return origin, decode_model(data, name, origin, where)


def sources_warning(trial_id: str, origin: Origin) -> str:
    """Return what has changed in the method's code since it was trained; "" for nothing."""
    changed = origin.changed_sources()
    if not changed:
        return ""
    more = f" and {len(changed) - 3} more" if changed[3:] else ""
    return (
        f"the model of trial {trial_id} was trained with other code of the method "
        f"'{origin.method}' (unbraid {origin.versions['unbraid']}, torch "
        f"{origin.versions['torch']}): {', '.join(changed[:3])}{more}. It may compute something "
        "else now."
    )


def listed(models: Sequence[Kept]) -> str:
    """Return models as lines: id, method, dataset, score."""
    lines = [
        f"  {model.trial_id}  {model.config['method']['name']} on {_dataset(model, models)}, "
        f"{model.score}"
        for model in models[:SHOWN]
    ]
    more = [f"  and {len(models) - SHOWN} more"] if models[SHOWN:] else []
    return "\n".join([*lines, *more])


def _dataset(model: Kept, models: Sequence[Kept]) -> str:
    """Return a dataset's name, with those options in which the models' datasets differ."""
    dataset = model.config["dataset"]
    same = [
        each.config["dataset"]
        for each in models
        if each.config["dataset"]["name"] == dataset["name"]
    ]
    options = [key for key in dataset if any(other.get(key) != dataset[key] for other in same)]
    return " ".join([dataset["name"], *(f"{key}={dataset[key]}" for key in options)])


def _none_kept(results: Results) -> str:
    return f"{results.location} keeps no trained model: {_why_none(results)}. {_again(results)}"


def _why_none(results: Results) -> str:
    if results.counts["ok"]:
        return "it was run with keep=none, or by an older unbraid that kept none"
    return f"none of its {results.counts['planned']} trials has ended well so far"


def _again(results: Results) -> str:
    """Say how to come to a model that is not there."""
    command = command_line(["unbraid", "resume", results.location])
    if results.counts["missing"]:
        return f"Trials that still run keep theirs: {command}."
    return (
        "To train it again, run the command of its sweep.yaml in a new run_dir, with keep=all "
        "where every model is wanted."
    )


def _not_kept(results: Results, trial_id: str, kept: Sequence[Kept]) -> str:
    ids = results.plan["trial_id"].tolist()
    if trial_id not in ids:
        return (
            f"{results.location} has no trial '{trial_id}'.{did_you_mean(trial_id, ids)} Its kept "
            f"models:\n{listed(kept)}"
        )
    return (
        f"{results.location} did not keep the model of trial {trial_id}: "
        f"{_why(results, trial_id)}. Its kept models:\n{listed(kept)}"
    )


def _why(results: Results, trial_id: str) -> str:
    ended = results.trials.set_index("trial_id")["status"]
    if trial_id not in ended.index:
        return "it has not ended"
    if ended[trial_id] != "ok":
        return f"it ended as {ended[trial_id]}, and only trials that end well keep theirs"
    return "another one of its method and dataset is better (keep=all keeps every model)"
