"""A kept model of a run directory, loaded into this process."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import CorruptFileError, UserError
from harness.kept.accepting import accepting_images
from harness.kept.choosing import AGAIN, choose
from harness.results import Results, load
from harness.results.records import model_name
from harness.trial.device import pick_device
from harness.trial.weights import Origin, decode_model, decode_origin
from models.method import Method


def load_model(run_dir: str | Path, trial_id: str | None = None, device: str = "cpu") -> Method:
    """Return a trained method; :func:`harness.load_model` explains all of it."""
    results = load(run_dir)
    model = choose(results, trial_id)
    origin, method = read_model(results, model.trial_id, device)
    if changed := sources_warning(model.trial_id, origin):
        warnings.warn(changed, stacklevel=3)
    return accepting_images(method)


def read_model(results: Results, trial_id: str, device: str) -> tuple[Origin, Method]:
    """Return a kept model as it was trained, in evaluation mode, and where it comes from.

    Raises:
        CorruptFileError: its file is torn or altered.
        UserError: the method's code does not fit it any more, or there is no such device.
    """
    name = f"{results.location}/{model_name(trial_id)}"
    where = pick_device(device)
    try:
        data = results.model(trial_id)
    except FileNotFoundError:  # of a sweep that runs
        raise UserError(f"{name} has just made way for a better model; try again.") from None
    try:
        origin = decode_origin(data, name)
    except CorruptFileError as error:
        raise CorruptFileError(f"{error}. {AGAIN}") from None
    if origin.trial_id != trial_id:
        raise CorruptFileError(f"{name} holds the model of trial {origin.trial_id}. {AGAIN}")
    with named(origin.method):
        return origin, decode_model(data, name, origin, where)


@contextmanager
def named(method: str) -> Iterator[None]:
    """Turn what a method of the user's raises into a message that names it."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"The method '{method}' raises {type(error).__name__}: {error}. Its code may have "
            "changed since it was trained; `unbraid --debug ...` shows where."
        ) from error


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
