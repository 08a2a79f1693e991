"""Optuna's figures of one objective against a search's axes, or why they cannot be drawn."""

import numpy as np
import optuna
from markupsafe import Markup
from optuna.importance import FanovaImportanceEvaluator, get_param_importances

from reports.kinds.tuning.history import history
from reports.kinds.tuning.objective_view import View
from reports.kinds.tuning.plots import contour, coordinates, importance_figure, slices
from reports.kinds.tuning.search import Search
from reports.page.page import Part
from reports.stats.estimates import SEED

FEWEST = 4
"""Fewest configurations with a value from which importances and contours are estimated."""
SLICES = 4
"""Most axes side by side in one figure of slices."""


def figures(search: Search, study: optuna.Study, place: int) -> list[Part]:
    """Draw everything of one objective, or say why it cannot be drawn."""
    view = View(search, study, place)
    if not search.valued:
        return [_sentence("No configuration has a value yet, so there is nothing to draw.")]
    parts: list[Part] = [history(view)]
    if not view.axes:
        return [*parts, _sentence("The configurations with a value do not differ on any axis.")]
    shares = importances(view)
    ranked = view.axes
    if isinstance(shares, str):
        parts.append(_sentence(shares))
    else:
        parts.append(importance_figure(view, shares))
        ranked = sorted(ranked, key=lambda axis: -shares.get(axis.label, 0.0))
    beside = -(-len(ranked) // -(-len(ranked) // SLICES))  # evenly over as few figures as possible
    for start in range(0, len(ranked), beside):
        parts.append(slices(view, ranked[start : start + beside], start))
    numeric = [axis for axis in ranked if axis.kind != "categorical"]
    if len(numeric) < 2:
        parts.append(_sentence("A contour needs two numeric axes with several values each."))
    elif len(view.values) >= FEWEST:
        parts.append(contour(view, numeric[0], numeric[1]))
    if len(ranked) > 1:
        parts.append(coordinates(view))
    return parts


def importances(view: View) -> dict[str, float] | str:
    """Return each axis' share of the explained variance, or why there is none."""
    values = view.values
    if len(values) < FEWEST:
        return (
            f"Importances and contours need at least {FEWEST} configurations with a value; "
            f"there {'is' if len(values) == 1 else 'are'} {len(values)}."
        )
    if np.ptp(values) == 0:
        return "All configurations have the same value, so no axis matters."
    if len(view.axes) < 2:
        return f"Only {view.axes[0].label} was varied, so all differences are its own."
    evaluator = FanovaImportanceEvaluator(seed=SEED)
    shares: dict[str, float] = get_param_importances(
        view.study, evaluator=evaluator, target=view.target
    )
    if not any(np.isfinite(share) and share > 0 for share in shares.values()):
        return "No axis explains any of the differences between configurations."
    return shares


def _sentence(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)
