"""Further metrics of kept models, computed as at the end of their training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.config.checks import check_scores
from harness.config.schema import TrialConfig
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset
from harness.evaluation.scores import evaluate, require_scorable
from harness.kept.loading import read_model
from harness.kept.ranking import Kept
from harness.methods import METHODS
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.registry import METRICS, check_metrics, metric_columns
from harness.results import Results
from harness.trial.scoring import evaluation_data
from harness.trial.weights import Origin
from models.method import device_of


@dataclass(frozen=True)
class Task:
    """A kept model with the metrics that its row lacks.

    Attributes:
        model: which.
        trial: what it was trained by.
        metrics: names of those asked for that have no value in its row.
    """

    model: Kept
    trial: TrialConfig
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """What a task has come to: the scores by key, and where the model comes from."""

    scores: Scores
    origin: Origin


def tasks(results: Results, models: Sequence[Kept], names: Sequence[str]) -> list[Task]:
    """Return what is to be computed: for each model the metrics that its row has no value of.

    Raises:
        UserError: an unknown metric, two that fill one column, a dataset that lacks the ground
            truth of a metric, or metrics that can score none of the methods.
    """
    asked = check_metrics(list(names))
    trials = [trial_from_dict(model.config) for model in models]
    for trial in trials:
        check_metrics([*dict.fromkeys([*trial.metrics, *asked])])
    check_scores(replace(trial, metrics=asked) for trial in trials)
    metrics = [METRICS.load(name) for name in asked]
    methods = [METHODS.load(trial.method) for trial in trials]
    if not any(metric.can_score(method) for method in methods for metric in metrics):
        require_scorable((trial.method, asked) for trial in trials)
    rows = results.trials.set_index("trial_id")
    has = rows.notna()

    def lacks(trial_id: str, name: str) -> bool:
        columns = metric_columns(name)
        return not any(column in has and has.at[trial_id, column] for column in columns)

    return [
        Task(model, trial, tuple(name for name in asked if lacks(model.trial_id, name)))
        for model, trial in zip(models, trials, strict=True)
    ]


def score(results: Results, task: Task, dataset: Dataset, device: str) -> Scored:
    """Return the scores of a task.

    They are those that the trial itself would have come to: the same images, limits, random numbers
    and code. On the CPU, with as many threads, they are the same bits.

    Args:
        results: of the run directory that keeps the models.
        task: what to compute.
        dataset: of the task's trial.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        CorruptFileError: the model's file is torn or altered.
        UserError: it cannot be loaded (see :func:`harness.kept.loading.read_model`).
    """
    origin, method = read_model(results, task.model.trial_id, device)
    where = device_of(method)
    asking = replace(task.trial, metrics=(*task.trial.metrics, *task.metrics))
    data = evaluation_data(asking, dataset, where)
    return Scored(evaluate(method, data, task.metrics, task.trial.seed), origin)
