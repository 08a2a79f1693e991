"""A report of several datasets: each by itself, one after the other.

Values on two datasets are no measure of a method: one set's images are larger or harder. Groups are
therefore compared within a dataset alone.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from harness.results import Results
from reports.kinds.shared.header import header, summary
from reports.layout.grid import lay_out
from reports.page.figure import Figure
from reports.page.page import Page, Part, Section
from reports.page.tables import Table


def datasets_of(results: Results) -> list[str]:
    """Return the names of the datasets of the plan, in its order."""
    return list(dict.fromkeys(_planned(results.plan)))


def page_by_dataset(kind: Callable[[Results], Page], results: Results) -> Page:
    """Return one page with the sections of a kind of report for each dataset."""
    sections: list[Section] = []
    for dataset in datasets_of(results):
        alone = only_on(results, dataset)
        page = kind(alone)
        parts = [_renamed(section.parts, dataset) for section in page.sections]
        parts[0].insert(0, summary(lay_out(alone)))
        sections += [
            Section(f"{dataset}: {section.title}", of)
            for section, of in zip(page.sections, parts, strict=True)
        ]
    return Page(page.title, page.subtitle, header(results, lay_out(results)), sections)


def _planned(plan: pd.DataFrame) -> list[str]:
    if "config" not in plan:
        return []
    return [str(json.loads(config)["dataset"]["name"]) for config in plan["config"]]


def only_on(results: Results, dataset: str) -> Results:
    """Return the trials on one dataset, as if no other had been swept."""
    swept = results.sweep.get("swept")
    rest = {k: v for k, v in swept.items() if k != "dataset"} if isinstance(swept, dict) else {}
    plan = results.plan[[name == dataset for name in _planned(results.plan)]]
    ids = set(plan["trial_id"])
    return replace(
        results,
        plan=plan.reset_index(drop=True),
        trials=results.trials[results.trials["trial_id"].isin(ids)].reset_index(drop=True),
        curves=results.curves[results.curves["trial_id"].isin(ids)].reset_index(drop=True),
        sweep={**results.sweep, "swept": rest, "trials": len(plan)},
    )


def _renamed(parts: Sequence[Part], dataset: str) -> list[Part]:
    """Return the parts under names of their own: names and the ids in drawings are unique."""
    return [part if isinstance(part, Markup) else with_prefix(part, dataset) for part in parts]


def with_prefix(part: Figure | Table, prefix: str) -> Figure | Table:
    """Return a figure or table under a name of its own, by which its drawing's ids begin too."""
    name = f"{prefix}-{part.name}"
    if isinstance(part, Figure):
        svg = part.svg.replace(f'id="{part.name}-', f'id="{name}-')
        return replace(part, name=name, svg=svg.replace(f"#{part.name}-", f"#{name}-"))
    return replace(part, name=name)
