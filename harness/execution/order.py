"""Which of the waiting trials runs next."""

from typing import Any

from ray.tune.schedulers import FIFOScheduler


class PlanOrder(FIFOScheduler):
    """Every trial runs to its end, in the order of the plan; a worker that is starting is kept.

    Tune starts waiting trials in their order by itself. What its FIFO scheduler chooses comes
    before that: the first trial that does not run yet, even if a worker is being started for it.
    That trial then gets the worker that another has just left, and its own, still importing torch,
    is killed and started anew for the next. With trials shorter than a start it never gets to work.
    """

    def choose_trial_to_run(self, tune_controller: Any) -> None:
        """Choose none: leave the order to Tune."""
