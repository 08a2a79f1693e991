"""Which of the waiting trials runs next."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ray.tune.schedulers import ASHAScheduler, FIFOScheduler

from harness.config.halving import Halving


class PlanOrder(FIFOScheduler):
    """Every trial runs to its end, in the order of the plan; a worker that is starting is kept.

    Tune starts waiting trials in their order by itself. What its FIFO scheduler chooses comes
    before that: the first trial that does not run yet, even if a worker is being started for it.
    That trial then gets the worker that another has just left, and its own, still importing torch,
    is killed and started anew for the next. With trials shorter than a start it never gets to work.
    """

    def choose_trial_to_run(self, tune_controller: Any) -> None:
        """Choose none: leave the order to Tune."""


class SuccessiveHalving(ASHAScheduler):
    """Tune's asynchronous successive halving, with the order of :class:`PlanOrder`.

    Args:
        halving: what is compared, and when.
        earlier: scores of the trials of an earlier session, ``{trial: {epoch: score}}``; the
            rungs know them.
    """

    def __init__(self, halving: Halving, earlier: Mapping[str, Mapping[int, float]]) -> None:
        super().__init__(
            time_attr="epoch",
            metric="judged_by",
            mode="max" if halving.direction == "higher" else "min",
            max_t=halving.rungs[-1] + 1,  # no rung follows; trials end by themselves
            grace_period=halving.rungs[0],
            reduction_factor=halving.reduction_factor,
            stop_last_trials=False,
        )
        for trial_id, scores in earlier.items():
            # Of a trial the scheduler asks the id alone, of the controller nothing.
            trial: Any = SimpleNamespace(trial_id=trial_id)
            controller: Any = None
            self.on_trial_add(controller, trial)
            for epoch, score in scores.items():
                self.on_trial_result(controller, trial, {"epoch": epoch, "judged_by": score})

    choose_trial_to_run = PlanOrder.choose_trial_to_run
