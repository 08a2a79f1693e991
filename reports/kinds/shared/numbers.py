"""The numbers of a report that compares groups, from which its page and a LaTeX table are made."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.analysis.families import Family
from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.layout.scores import Scores


@dataclass(frozen=True)
class Numbers:
    """Every metric of every group, and every comparison of two groups.

    Attributes:
        grid: the trials, by group; of a comparison without those of references.
        profiles: what became of each group's trials, by level of the axis.
        scores: the metrics that any trial has, in the sweep's order.
        families: the page's comparisons, by metric.
        base: the group that the others are compared with; None where there is no group.
        references: groups that show ceiling and chance, and are compared with nothing.
    """

    grid: Grid
    profiles: dict[str, Profile]
    scores: list[Scores]
    families: Mapping[str, Family]
    base: str | None
    references: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """All groups in the order of tables: references are last."""
        return (*self.grid.groups, *self.references)
