"""Which of the waiting trials runs next."""

from types import SimpleNamespace
from typing import Any

from ray.tune.schedulers import ASHAScheduler, FIFOScheduler

from harness.execution.session.private import forget_ended
from harness.search.standing import Standing


class PlanOrder(FIFOScheduler):
    """Every trial runs to its end, in the order of the plan; a worker that is starting is kept.

    Tune starts waiting trials in their order by itself. What its FIFO scheduler chooses comes
    before that: the first trial that does not run yet, even if a worker is being started for it.
    That trial then gets the worker that another has just left, and its own, still importing torch,
    is killed and started anew for the next. With trials shorter than a start it never gets to work.
    """

    def choose_trial_to_run(self, tune_controller: Any) -> None:
        """Choose none: leave the order to Tune, which asks at every step, and tidy up behind it."""
        forget_ended(tune_controller)


class SuccessiveHalving(ASHAScheduler):
    """Tune's asynchronous successive halving of configurations, in the order of the plan.

    A configuration is judged by the mean of its seeds, which one worker trains from rung to rung,
    so that all of them go on or none.

    Args:
        standing: what is compared and when, and how configurations stand; the rungs know those of
            earlier sessions.
    """

    def __init__(self, standing: Standing) -> None:
        halving = standing.halving
        super().__init__(
            time_attr="epoch",
            metric="judged_by",
            mode="max" if halving.direction == "higher" else "min",
            max_t=halving.rungs[-1] + 1,  # no rung follows; trials end by themselves
            grace_period=halving.rungs[0],
            reduction_factor=halving.reduction_factor,
            stop_last_trials=False,
        )
        self._spared, self._stopped = standing.spared, standing.stopped
        for configuration, scores in standing.earlier.items():
            # Of a trial the scheduler asks the id alone, of the controller nothing.
            trial: Any = SimpleNamespace(trial_id=configuration, config={"trial_ids": []})
            controller: Any = None
            self.on_trial_add(controller, trial)
            for epoch, score in scores.items():
                self.on_trial_result(controller, trial, {"epoch": epoch, "judged_by": score})

    def on_trial_result(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> str:
        """Return whether a configuration goes on; between rungs it does."""
        if "judged_by" not in result:
            return str(self.CONTINUE)
        seeds = set(trial.config["trial_ids"])
        if result["judged_by"] is None:  # a seed of it diverged or failed
            decision = self.STOP
        else:
            decision = super().on_trial_result(tune_controller, trial, result)
        if seeds & self._spared:
            return str(self.CONTINUE)
        return str(self.STOP if seeds & self._stopped else decision)

    choose_trial_to_run = PlanOrder.choose_trial_to_run
