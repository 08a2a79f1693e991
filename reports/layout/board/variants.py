"""Which entry each trial belongs to: a method's tuned, its default, or another configuration."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reports.layout.board.conditions import BUDGET, OF_LABELS

TUNED, DEFAULT = "tuned", "default"

SCORED_ON = "param.scale.scored_on"
"""The column that says which split scored a trial; older runs lack it and used the test split."""
NOT_CONFIGURED = {SCORED_ON, "param.scale.name", "param.scale.eval_every", *BUDGET}
"""Columns below ``param.`` that are no choice of a method's: they are conditions, or mere names."""


def configurations(rows: pd.DataFrame) -> list[str]:
    """Return what each trial's method was configured to, as text that is equal where that is."""
    columns = [c for c in rows.columns if str(c).startswith("param.")]
    records = rows[columns].astype(object).to_dict("records")
    return [canonical({str(k): v for k, v in record.items()}) for record in records]


def canonical(flat: Mapping[str, Any]) -> str:
    """Return a configuration as text; values that are missing and what is none of it are left out.

    Args:
        flat: values by column, ``param.method.lr`` -> 1e-4; lists as they are or as JSON.
    """
    plain = {key: plain_value(value) for key, value in flat.items() if is_configured(key)}
    return json.dumps({k: v for k, v in plain.items() if v is not None}, sort_keys=True)


def is_configured(column: str) -> bool:
    """Say whether a column is a choice of the method's, not a condition that it was tried under."""
    if column in NOT_CONFIGURED:
        return False
    return column.startswith(("param.method.", "param.scale.")) or column == OF_LABELS


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it; None where it is missing; whole numbers as floats."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, (list, tuple)):
        return [plain_value(each) for each in value]
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  (NaN)
        return None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def labels_of(test: pd.DataFrame, labelled: "pd.Series[bool]") -> list[str]:
    """Return what the configuration of each trial scored on the test split is called.

    Args:
        test: trials with ``method, dataset, configuration``.
        labelled: those that no search tells what they are of.

    Returns:
        a label of what varies between a method's configurations on one dataset; "" where nothing
        does, and for the other trials.
    """
    labels = _labels(test[labelled])
    keys = zip(test["method"], test["configuration"], labelled, strict=True)
    return [labels[method][text] if wanted else "" for method, text, wanted in keys]


def differences(configurations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return labels of configurations by what differs between them: ``beta=4, d=10``."""
    varied = [key for key in _keys(configurations) if _differ(key, configurations)]
    return [_labelled(one, varied) for one in configurations]


def _labels(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return what configurations are called, by method: what varies on one dataset."""
    labels: dict[str, dict[str, str]] = {}
    for method, of in rows.groupby("method", sort=False):
        known = {text: json.loads(text) for text in of["configuration"].unique()}
        varied: dict[str, None] = {}
        for _, on in of.groupby("dataset", sort=False):
            some = [known[text] for text in on["configuration"].unique()]
            varied |= dict.fromkeys(key for key in _keys(some) if _differ(key, some))
        labels[str(method)] = {text: _labelled(one, varied) for text, one in known.items()}
    return labels


def _keys(configurations: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for one in configurations for key in one))


def _differ(key: str, configurations: Sequence[Mapping[str, Any]]) -> bool:
    return len({json.dumps(one.get(key)) for one in configurations}) > 1


def _labelled(configuration: Mapping[str, Any], keys: Iterable[str]) -> str:
    values = {key: configuration[key] for key in keys if key in configuration}
    return ", ".join(
        f"{key.rpartition('.')[2]}={value:g}"
        if isinstance(value, float)
        else f"{key.rpartition('.')[2]}={value}"
        for key, value in values.items()
    )
