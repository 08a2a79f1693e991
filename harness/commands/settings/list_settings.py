"""What ``unbraid list`` says of the groups of settings that are YAML files: scales and searches."""

from importlib.resources import files
from itertools import takewhile

from harness.config.compose import compose_config, options_of
from harness.config.searched.settings import build_search
from harness.data.options import field_meanings
from harness.training.scale import Scale


def purposes(group: str) -> dict[str, str]:
    """Return each option of a group, with the sentence that its file begins with."""
    folder = files("harness.config") / "defaults" / group
    return {
        name: _first_sentence((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in options_of(group)
    }


def scale_settings(name: str) -> dict[str, str]:
    """Return the settings of a scale with their meanings; null is what the dataset publishes.

    Raises:
        UserError: there is no such scale.
    """
    return _settings("scale", name, Scale)


def search_settings(name: str) -> dict[str, str]:
    """Return the settings of a search with their meanings; none for a grid.

    Raises:
        UserError: there is no such search.
    """
    values = compose_config({"search": name}, {})["search"]
    return _settings("search", name, type(build_search(values)))


def _settings(group: str, name: str, cls: type) -> dict[str, str]:
    values = compose_config({group: name}, {})[group]
    meanings = field_meanings(cls)
    return {
        f"{group}.{key}={written(values[key])}": meaning
        for key, meaning in meanings.items()
        if key != "name"
    }


def _first_sentence(text: str) -> str:
    """Return the first sentence of the comment on top of a YAML file."""
    lines = takewhile(lambda line: line.startswith("#"), text.splitlines())
    comment = " ".join(line.removeprefix("#").strip() for line in lines)
    return comment.partition(". ")[0].rstrip(".")


def written(value: object) -> str:
    """Return a value as it would be written on the command line."""
    if value is None:
        return "null"
    return f"[{','.join(map(str, value))}]" if isinstance(value, list | tuple) else str(value)
