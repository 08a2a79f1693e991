"""Published statements that did not come out here: two settings, and the switches between them.

A YAML file in ``reports/published/differences`` declares ours and the released setting switch by
switch, a statement, and how it is measured whether that holds under a set of switches. Several
statements between the same two settings are a list under ``statements``, each with what is its own.
"""

from dataclasses import field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, RootModel, model_validator
from pydantic.dataclasses import dataclass

from reports.claims.files import content_of, read_file, read_folder
from reports.claims.measure import Measure

FOLDER = Path(__file__).parents[1] / "published" / "differences"
OWN = "differences"
"""A folder in the working directory with further declarations."""

_STRICT = ConfigDict(extra="forbid", frozen=True)

Values = dict[str, Any]
"""Values of a configuration, by path: ``method.inverse`` -> ``released``."""


@dataclass(config=_STRICT)
class Switch:
    """One thing in which two settings differ, or that is of neither.

    Attributes:
        says: what it is, in words.
        source: where the released setting was read.
        ours: values with which it is off.
        released: values of the same paths with which it is on, of the released setting.
        neither: the same, of what the released setting has as ours, and the argument of the paper
            asks for.
    """

    says: str
    source: str
    ours: Values
    released: Values = field(default_factory=dict)
    neither: Values = field(default_factory=dict)

    def __post_init__(self) -> None:
        if bool(self.released) == bool(self.neither):
            raise ValueError("one of released and neither says with which values it is on")
        if self.ours.keys() != self.on.keys():
            raise ValueError("ours and released need values of the same paths")
        if same := [path for path, value in self.ours.items() if value == self.on[path]]:
            raise ValueError(f"{', '.join(same)} has one value in both settings")

    @property
    def on(self) -> Values:
        """The values with which it is on."""
        return self.released or self.neither


@dataclass(config=_STRICT)
class Differing:
    """A published statement, two settings and what tells them apart.

    Attributes:
        spaces: the search spaces whose trials lie between the two settings.
        source: the paper and the place in it.
        quote: the statement, word for word.
        where: where it stands, and what of it is measured.
        code: the released code.
        switches: what differs, by name.
        measure: what decides.
        alike: what both settings have here, and either had there, by name.
        not_tried: further differences without a switch, in words.
        note: what else is to be said.
    """

    spaces: list[str]
    source: str
    quote: str
    where: str
    code: str
    switches: dict[str, Switch]
    measure: Measure
    alike: dict[str, str] = field(default_factory=dict)
    not_tried: list[str] = field(default_factory=list)
    note: str = ""

    def __post_init__(self) -> None:
        paths = [path for switch in self.switches.values() for path in switch.ours]
        if twice := {path for path in paths if paths.count(path) > 1}:
            raise ValueError(f"two switches set {', '.join(sorted(twice))}")
        if fixed := {self.measure.factor, self.measure.along} & {*paths}:
            raise ValueError(f"{', '.join(fixed)} is a factor of the measure, and no switch")

    @property
    def everything(self) -> frozenset[str]:
        """The set of all switches that are on in the released setting."""
        return frozenset(name for name, switch in self.switches.items() if switch.released)

    def label(self, on: frozenset[str]) -> str:
        """Return what a set of switches is called: ``ours + a``, ``released − b``."""
        more = [name for name in self.switches if name in on]
        less = [name for name in self.switches if name in self.everything - on]
        beyond = [name for name in more if name not in self.everything]
        if len(more) <= len(less) + len(beyond):
            return " + ".join(["ours", *more])
        return " + ".join([" − ".join(["released", *less]), *beyond])


class _File(RootModel[list[Differing]]):
    """What a file declares: one statement, or several with the same two settings."""

    @model_validator(mode="before")
    @classmethod
    def _one_a_statement(cls, content: Any) -> Any:
        if not isinstance(content, dict) or "statements" not in content:
            return [content]
        shared = {key: value for key, value in content.items() if key != "statements"}
        own = content["statements"]
        if not isinstance(own, list) or not own or not all(isinstance(each, dict) for each in own):
            raise ValueError("statements is a list of one or more, each with keys of its own")
        if twice := sorted({key for each in own for key in each} & shared.keys()):
            raise ValueError(
                f"{', '.join(twice)} is of a statement and of all of them: say it once"
            )
        return [shared | each for each in own]


def differing(space: str) -> list[Differing]:
    """Return the statements that are declared about a search space; the user's come first.

    Raises:
        UserError: the file that names it is not of the format.
    """
    files = [*sorted(Path(OWN).glob("*.yaml")), *sorted(FOLDER.glob("*.yaml"))]
    return next((read(path) for path in files if space in _spaces(path)), [])


def _spaces(path: Path) -> list[str]:
    """Return the search spaces that a file names, whatever else is wrong with it."""
    content = content_of(path)
    found = content.get("spaces") if isinstance(content, dict) else None
    return [str(each) for each in found] if isinstance(found, list) else []


def declared() -> dict[str, list[Differing]]:
    """Return the statements of every declaration here by the name of its file.

    Raises:
        UserError: a file is not of the format; the message names it and the key.
    """
    return {name: file.root for name, file in read_folder(FOLDER, _File).items()}


def read(path: Path) -> list[Differing]:
    """Return the statements that a file declares.

    Raises:
        UserError: it is not of the format; the message names the file and the key.
    """
    return read_file(path, _File).root
