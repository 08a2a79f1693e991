"""Which of many variants an ablation report draws curves and pictures of."""

from reports.layout.design import Design
from reports.layout.factors import Factor
from reports.layout.profiles import Profile
from reports.page.figure import COLOURS
from reports.page.text import words


def shown_variants(design: Design, group_profiles: dict[str, Profile]) -> tuple[str, ...]:
    """Return the variants that curves and pictures show: all, or of many some.

    Then these are the baseline, the best with each level of a factor that is no number, so that
    what fails is seen too, and the best of the others.
    """
    grid = design.grid
    if len(grid.groups) <= len(COLOURS):
        return grid.groups
    sign = grid.outcome.sign
    ranked = sorted(
        (group for group in grid.groups if group_profiles[group].best),
        key=lambda group: -sign * group_profiles[group].cells[0].mean.value,
    )
    settings = {group: design.settings(group) for group in ranked}
    of_levels = [
        next((group for group in ranked if settings[group][factor.key] == label), None)
        for factor in _named(design)
        for label in factor.labels
    ]
    order = dict.fromkeys(each for each in (design.baseline, *of_levels, *ranked) if each)
    selection = list(order)[: len(COLOURS)]
    return tuple(group for group in grid.groups if group in selection)


def in_words(design: Design, variants: tuple[str, ...]) -> str:
    """Say which of many variants are shown."""
    named = [factor.name for factor in _named(design)]
    each = f"the best with each {words(named)}, " if named else ""
    return (
        f"Of {len(design.grid.groups)} variants {len(variants)} are shown: the baseline, {each}and "
        "the best of the others."
    )


def _named(design: Design) -> list[Factor]:
    """Return the factors whose levels are names or flags."""
    return [factor for factor in design.factors if not factor.numeric]
