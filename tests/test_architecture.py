"""The shape of the house: folders and files stay small, imports make no circle, lists are true."""

import graphlib
from pathlib import Path

import grimp
import pytest

from harness.config.compose import options_of
from harness.config.search_spaces import space_files
from harness.datasets.registry import DATASET_PATHS
from harness.metrics.registry import METRIC_PATHS
from models.registry import METHOD_PATHS

ROOT = Path(__file__).parents[1]
PACKAGES = ("harness", "models", "reports")
FOLDERS = sorted({path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")})

MOST_MODULES = 16
FEWEST_LINES = 40
SMALL = {
    "harness/__main__.py": "lets `python -m harness` run the command line",
    "harness/cluster/findings.py": "shared by checks of machines, clusters and run directories",
    "harness/commands/cluster/check.py": "a command is a module",
    "harness/commands/cluster/jobs.py": "a command is a module",
    "harness/commands/cluster/logs.py": "a command is a module",
    "harness/commands/cluster/stop.py": "a command is a module",
    "harness/commands/running/locations.py": "three commands look at their locations first",
    "harness/commands/status.py": "a command is a module",
    "harness/config/hydra_private.py": "what Hydra does not promise, by itself",
    "harness/execution/preloaded.py": "to be imported is what it is for",
    "harness/execution/session/replacing.py": "three changes of Ray for a while share it",
    "harness/config/settings.py": "settings are built in one place for sweep and resume",
    "harness/data/files/memory.py": "a bound on memory, for whatever reads a file",
    "harness/data/fingerprint.py": "tells contents apart, whatever they are for",
    "harness/datasets/grids/factor_vectors.py": "one rule for all sets of grids, tested by itself",
    "harness/datasets/grids/pixels.py": "shared by all sets of grids",
    "harness/datasets/hands/labels.py": "shared by three datasets of hands",
    "harness/datasets/scenes/modalities.py": "names that drawn scenes and files share",
    "harness/drawing/vectors.py": "shared by all renderers",
    "harness/durations.py": "shared by commands and reports",
    "harness/execution/live_log.py": "for sweeps and for single trials, which need no Ray",
    "harness/execution/log_callback.py": "what Tune calls, and why Ray's own loggers do not fit",
    "harness/garbage.py": "shared by the command line, workers and whatever trains",
    "harness/keyed_random.py": "shared by drawing and datasets",
    "harness/metrics/disentanglement/mig.py": "a kernel is a file",
    "harness/metrics/factors/boosting.py": "what two metrics share, apart from either",
    "harness/metrics/people/average_precision.py": "the rule of Market-1501, tested by itself",
    "harness/seeding.py": "every random stream of a trial comes from here",
    "harness/yaml_text.py": "shared by search spaces, clusters and declarations of reports",
    "harness/trial/device.py": "the commands need it without the rest of a trial",
    "harness/trial/method.py": "the estimate of a dry run needs it without pandas",
    "harness/trial/process.py": "memory and threads of a process, apart from any trial",
    "models/labelled/tasks.py": "the two tasks that dVAE and its baseline share",
    "models/networks/weights_file.py": "shared by networks that others have trained",
    "models/pictures.py": "shared by two families of methods",
    "models/transformers/choice.py": "all transformers, which plans do without",
    "reports/kinds/shared/metrics_list.py": "a part of every header",
    "reports/kinds/shared/sizes.py": "what headers and tables of published numbers both name",
    "reports/kinds/shared/numbers.py": "what pages and LaTeX tables of two kinds have in common",
    "harness/drawing/distance_maps.py": "what a sketch is for methods, whoever drew it",
    "reports/kinds/tuning/tooltips.py": "shared by the figures and the front",
    "reports/leaderboard/telling.py": "what the numbers and the choosers both show first",
    "reports/latex/text.py": "how any text becomes LaTeX",
    "reports/page/ticks.py": "labels of logarithmic axes, for any figure",
    "reports/page/verdicts.py": "one set of words and marks, for statements and constraints",
    "reports/stats/correlations.py": "of metrics with one another, not of entries",
    "reports/claims/comparison.py": "what every form of statement becomes",
    "harness/metrics/restoration/shown.py": "what two metrics of restored images look at",
    "reports/pictures/sections.py": "a section that two kinds of report share",
}
"""Modules of fewer lines, and the reason why each is alone."""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_folder_can_be_taken_in_at_a_glance(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES


def is_metric(path: Path) -> bool:
    """A metric is one file, however short."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return any(dotted.rpartition(".")[0] == module for dotted in METRIC_PATHS.values())


def test_a_small_module_has_a_reason() -> None:
    modules = [
        path
        for folder in FOLDERS
        for path in folder.glob("*.py")
        if path.name != "__init__.py" and not is_metric(path)
    ]
    small = {
        str(path.relative_to(ROOT))
        for path in modules
        if len(path.read_text().splitlines()) < FEWEST_LINES
    }
    assert small == set(SMALL)


def test_imports_make_no_circle() -> None:
    graph = grimp.build_graph(*PACKAGES)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    graphlib.TopologicalSorter(imports).prepare()  # raises CycleError and names the circle


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("methods", METHOD_PATHS),
        ("datasets", DATASET_PATHS),
        ("search spaces", space_files()),
        ("metrics", METRIC_PATHS),
        ("scales", options_of("scale")),
        ("searches", options_of("search")),
    ],
)
def test_the_readme_names_what_there_is(row: str, names: list[str]) -> None:
    (line,) = [
        line for line in (ROOT / "README.md").read_text().splitlines() if f"| {row} |" in line
    ]
    assert [name for name in names if f"`{name}`" not in line] == []


TESTS = sorted(path for path in (ROOT / "tests").rglob("test_*.py"))


def test_tests_lie_in_the_room_of_what_they_test() -> None:
    rooms = {path.parent.relative_to(ROOT / "tests") for path in TESTS}
    elsewhere = {Path(), Path("cluster"), Path("docs"), Path("search_spaces")}
    assert [room for room in rooms - elsewhere if not (ROOT / room).is_dir()] == []
