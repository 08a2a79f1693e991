"""What no trial of a sweep was scored on, and why: said at its end."""

import json
import re
from collections import Counter
from collections.abc import Iterator

from harness.metrics.registry import METRICS, metric_columns, metric_keys
from harness.results import Results

_MOST_REASONS = 3


def unscored(results: Results) -> Iterator[str]:
    """Yield a line for each metric that was asked for and that no trial which ended well has.

    The reason is the trials' own (column ``env.unscored``) where they give one; else the metric
    does not apply to the method or the dataset.
    """
    ok = results.trials[results.trials["status"] == "ok"]
    if not len(ok):
        return
    asked = dict.fromkeys(
        name for config in results.plan["config"] for name in json.loads(config)["metrics"]
    )
    said = ok["env.unscored"].dropna() if "env.unscored" in ok else ()
    for name in asked:
        if any(ok[column].notna().any() for column in metric_columns(name) if column in ok):
            continue
        reasons = Counter(reason for text in said for reason in _reasons(str(text), name))
        why = ", or ".join(reason for reason, _ in reasons.most_common(_MOST_REASONS))
        yield f"no trial was scored on {name}" + (
            f": {why}" if why else f", which takes {METRICS.load(name).takes}"
        )


def _reasons(text: str, metric: str) -> set[str]:
    """Return why a metric has no value, of a text ``infom: why; infoc: why``."""
    keys = "|".join(map(re.escape, metric_keys([metric])))
    return set(re.findall(rf"(?:^|; )(?:{keys}): (.*?)(?=; \w+: |$)", text))
