"""constraints.txt names the version of everything that Unbraid is tested with."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

OF_THE_BUILD = re.compile(r"nvidia-|cuda-|triton$")
"""What a CUDA build of torch brings along and its CPU build does not; torch pins it itself."""


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line.partition("==") for line in lines if line and not line.startswith("#")]
    assert all(equals == "==" for _, equals, _ in pins), "every line is an exact version"
    return {canonicalize_name(name): version for name, _, version in pins}


def direct(*extras: str) -> list[Requirement]:
    listed = list(PROJECT["dependencies"])
    for extra in extras:
        listed += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in listed]


def needed(requirements: list[Requirement]) -> set[str]:
    """Return the installed distributions that these need, and those that they need."""
    found: set[tuple[str, str]] = set()
    waiting = [(r.name, extra) for r in requirements for extra in ("", *r.extras)]
    while waiting:
        name, extra = waiting.pop()
        name = canonicalize_name(name)
        if (name, extra) in found or OF_THE_BUILD.match(name):
            continue
        found.add((name, extra))
        for text in importlib.metadata.requires(name) or []:
            required = Requirement(text)
            if required.marker is None or required.marker.evaluate({"extra": extra}):
                waiting += [(required.name, more) for more in ("", *required.extras)]
    return {name for name, _ in found} - {"pip"}  # a tool of the environment, not of ours


def test_every_direct_dependency_is_pinned_within_its_range() -> None:
    pinned = constraints()
    for requirement in direct(*PROJECT["optional-dependencies"]):
        name = canonicalize_name(requirement.name)
        assert name in pinned, name
        assert requirement.specifier.contains(pinned[name], prereleases=True), name


def test_everything_installed_is_pinned_at_its_version() -> None:
    pinned = constraints()
    names = needed(direct("dev"))
    assert {"antlr4-python3-runtime", "markupsafe", "sympy"} <= names, (
        "dependencies of dependencies"
    )
    for name in names:
        assert name in pinned, name
        # torch's build (+cpu, +cu130) is the machine's choice; the version is not.
        assert Version(importlib.metadata.version(name)).public == pinned[name], name


def test_nothing_is_pinned_twice() -> None:
    lines = [
        x for x in (ROOT / "constraints.txt").read_text().splitlines() if not x.startswith("#")
    ]
    names = [canonicalize_name(line.partition("==")[0]) for line in lines if line]
    assert len(names) == len(set(names))
