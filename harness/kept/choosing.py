"""Which model of a run directory is meant, and what to say where there is none."""

from collections.abc import Sequence

from harness.errors import UserError, did_you_mean
from harness.kept.ranking import Kept, best_of_each, kept_models
from harness.results import Results
from harness.shell import command_line

SHOWN = 12
"""Most models that a message lists."""

AGAIN = (
    "To train it again, run the command of its sweep.yaml with another run_dir; keep=all keeps the "
    "model of every trial."
)
"""What to do about a model that is lost."""


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


def _remedy(results: Results) -> str:
    if not results.counts["missing"]:
        return AGAIN
    command = command_line(["unbraid", "resume", results.location, "keep=best"])
    return f"The trials that are left can keep theirs: {command}."


def _none_kept(results: Results) -> str:
    return f"{results.location} keeps no trained model: {_why_none(results)}. {_remedy(results)}"


def _why_none(results: Results) -> str:
    if results.counts["ok"]:
        keep = (results.sweep.get("settings") or {}).get("keep")
        if keep in ("best", "all"):
            return "their files are not in the folder models any more"
        return "it was run with keep=none, or by an older unbraid that kept none"
    return f"none of its {results.counts['planned']} trials has ended well so far"


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
    keep = (results.sweep.get("settings") or {}).get("keep")
    if keep == "none":
        return "it was run with keep=none"
    if keep == "all":
        return "its file is not in the folder models any more"
    return "another one of its method and dataset is better (keep=all keeps every model)"
