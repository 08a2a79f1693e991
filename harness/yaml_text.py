"""Text in YAML that people write: a key that stands twice in one place is a mistake, as in JSON."""

from typing import Any

import yaml


class _EachOnce(yaml.SafeLoader):
    """Plain values alone, and every key of a mapping once: YAML itself takes the last."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:  # as they are written, with nothing merged into them so far
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"the key '{key.value}' stands there twice"
                raise yaml.MarkedYAMLError(None, None, problem, key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return node


def read_yaml(text: str) -> Any:
    """Return what a text in YAML holds.

    Raises:
        yaml.YAMLError: it is no YAML, or a key stands twice in one place.
    """
    try:
        return yaml.load(text, _EachOnce)
    except (ValueError, RecursionError) as error:  # a 13th month, a thousand brackets
        raise yaml.YAMLError(str(error)) from error


def told_by_yaml(error: Exception) -> str:
    """Return what YAML's parser, or what decodes its text, says, on one line within a sentence."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or not problem:
        return " ".join(str(error).split())
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"
