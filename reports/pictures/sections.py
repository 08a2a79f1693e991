"""The sections on codes exchanged: swaps, walks; on restored images, poses, sketches, flow."""

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.page import Part, Section
from reports.pictures.between import between
from reports.pictures.frames import frames
from reports.pictures.gallery import Artifact
from reports.pictures.restorations import restorations
from reports.pictures.skeletons import skeletons
from reports.pictures.sketches import sketches
from reports.pictures.swaps import swap_grids


def exchanges(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> list[Section]:
    """Return the sections of which the trials have pictures."""
    swapped = swap_grids(artifact, grid, group_profiles)
    first: list[Part] = [
        figure for figure in (swapped, *between(artifact, grid, group_profiles)) if figure
    ]
    sections = [Section("Parts of the code exchanged", first, folded=True)] if first else []
    if restored := restorations(artifact, grid, group_profiles):
        sections.append(Section("Restored images", [restored]))
    if sketched := sketches(artifact, grid, group_profiles):
        sections.append(Section("Sketches", [sketched], folded=True))
    if seen := frames(artifact, grid, group_profiles):
        sections.append(Section("Depth and flow", [seen], folded=True))
    if posed := skeletons(artifact, grid, group_profiles):
        sections.append(Section("Poses in three dimensions", [posed], folded=True))
    return sections
