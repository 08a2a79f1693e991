"""Before anything runs: is everything there, and what would it cost?

This module imports neither Ray nor pandas nor torch: a dry run needs none of them, unless trials
must be timed.
"""

import sys
from collections.abc import Callable, Sequence

from harness.config.schema import Settings, TrialConfig
from harness.config.searched.settings import OptunaSearch
from harness.config.searched.space import Searched
from harness.config.sweep import Sweep
from harness.datasets.registry import check_available
from harness.durations import count
from harness.errors import UserError
from harness.execution.cost.estimate import estimate
from harness.execution.progress import label
from harness.metrics.registry import metric_keys
from harness.tracking.registry import log_folder, require_installed

SMOKE = "scale=smoke only shows that everything runs: so few steps teach a method nothing."
"""What a smoke test is good for; said where one is planned and where one has ended."""


def check_ready(trials: list[TrialConfig], settings: Settings, *, here: bool = False) -> None:
    """Look for the files of every dataset, the study's storage, and the device on this machine.

    Args:
        trials: what is planned.
        settings: how it is to run.
        here: it runs in this process, whatever cluster the settings name.

    Raises:
        UserError: a file is missing or cannot be what it should be, the storage cannot be reached,
            a package that log= needs is not installed, or there is no such device.
    """
    # A cluster's workers may have what its head has not.
    if ":" in settings.device and not here:
        raise UserError(
            f"device={settings.device} would give all trials of a sweep one GPU: use device=cuda "
            "with ray.gpus_per_trial=1, and CUDA_VISIBLE_DEVICES to leave GPUs out."
        )
    if settings.device.startswith("cuda") and (here or not settings.ray.address):
        from harness.trial.device import pick_device

        pick_device(settings.device)
    for name in settings.log:
        require_installed(name, f"log=[{name}]")
        log_folder(settings.run_dir or "", settings.log_dir)
    if isinstance(settings.search, OptunaSearch) and settings.search.storage:
        from harness.search.database import check_storage

        check_storage(settings.search.storage)
    for options in dict.fromkeys(trial.dataset for trial in trials):
        check_available(options, settings.data_folder)


def check_scored(trials: Sequence[TrialConfig], searches: Sequence[Searched] = ()) -> None:
    """Refuse methods that can be scored on none of their metrics, and searches that cannot judge.

    It takes the methods themselves, and so torch. Of several searches hours may pass until the turn
    of one comes.

    Raises:
        UserError: names the method and what it would have to be scored on.
    """
    from harness.evaluation.scores import require_scorable

    require_scorable(dict.fromkeys((trial.method, trial.metrics) for trial in trials))
    asked: dict[tuple[str, tuple[str, ...]], None] = {}
    for searched in searches:
        metrics = searched.base["metrics"]
        for name in searched.goal.names:
            of = next(metric for metric in metrics if name in metric_keys([metric]))
            asked[searched.names[0], (of,)] = None
    require_scorable(asked)


def say_left_out(sweep: Sweep) -> None:
    """Print what of the search space does not go with the dataset, if anything."""
    for name, why in sweep.left_out.items():
        print(f"left out of the space: {name}, because {why}")


def show_plan(sweep: Sweep, cost: Callable[[Sweep], str] | None = None) -> int:
    """Print what a sweep would run and what it would cost; start nothing.

    Args:
        sweep: the plan.
        cost: says what it would cost; None for the duration on this machine, where it would run.
    """
    trials = sweep.trials
    print(f"{count(sweep.n_trials, 'trial')}: {sweep.title}")
    seeds = dict.fromkeys(trial.seed for trial in trials)
    axes = {**sweep.swept, "seeds": list(seeds)}
    width = max(24, *map(len, axes))
    for path, values in axes.items():
        print(f"  {path:<{width}} {', '.join(map(str, values))}")
    if sweep.space and sweep.space.variants:
        print(f"  {'variants':<{width}} {', '.join(sweep.space.variants)}")
        print(f"  {'':<{width}} (what differs among these is not crossed)")
    say_left_out(sweep)
    print(
        "first trials:" if len(trials) == sweep.n_trials else "the first trials, the others follow:"
    )
    for trial in trials[:3]:
        print(f"  {trial.trial_id}  {label(trial, sweep.swept)}")
    if trials[0].scale.name == "smoke":
        print(SMOKE)
    if sweep.settings.ray.address and cost is None:
        print("no estimate of the duration: the trials would run on a cluster, not here")
    else:
        sys.stdout.flush()  # timing may take a while
        print((cost or estimate)(sweep))
    print("dry_run=true: nothing was started, and no results were written.")
    return 0
