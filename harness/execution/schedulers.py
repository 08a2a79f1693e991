"""Which of the waiting trials runs next."""

from types import SimpleNamespace
from typing import Any

from ray.tune.schedulers import ASHAScheduler, FIFOScheduler

from harness.execution.rungs import Judgement
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
    so that all of them go on or none. Those that a worker trains together are judged one after
    another, as if each had come by itself.

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
        self._added = set[str]()
        for configuration, scores in standing.earlier.items():
            for epoch, score in scores.items():
                self._goes_on(configuration, epoch, score)

    def on_trial_result(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> str:  # noqa: ARG002
        """Decide which of the configurations of a worker are stopped that wait at a rung.

        Returns:
            ``STOP`` where none of its trials are left; else it goes on with the others.
        """
        judged: list[Judgement] = result.get("judged", [])
        for each in judged:
            # A seed that diverged or failed leaves no score: all of them end.
            bad = each.score is None or not self._goes_on(
                each.configuration, each.epoch, each.score
            )
            seeds = set(each.trial_ids)
            each.stopped = not seeds & self._spared and (bad or bool(seeds & self._stopped))
        ends = judged and all(each.stopped for each in judged) and not result.get("unjudged")
        return str(self.STOP if ends else self.CONTINUE)

    def _goes_on(self, configuration: str, epoch: int, score: float) -> bool:
        """Tell Tune's rungs of a configuration; return whether it is among the better ones."""
        # Of a trial they ask the id alone, of the controller nothing.
        trial: Any = SimpleNamespace(trial_id=configuration)
        controller: Any = None
        if configuration not in self._added:
            self.on_trial_add(controller, trial)
            self._added.add(configuration)
        result = {"epoch": epoch, "judged_by": score}
        return super().on_trial_result(controller, trial, result) == self.CONTINUE

    choose_trial_to_run = PlanOrder.choose_trial_to_run
