"""Overrides split by what a search space may have values of its own for.

They are its methods, scales and variants.
"""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hydra.core.override_parser.types import Override

from harness.config.compose import options_of
from harness.config.overrides import Overrides, parse
from harness.config.search_spaces import SearchSpace, load_space
from harness.config.suggestions import UnknownKeyError, did_you_mean_key
from harness.errors import UserError, did_you_mean
from harness.methods import METHODS, hyperparameter_names
from harness.spaces.axes import value_at


def split(arguments: Iterable[str]) -> tuple[list[Override], SearchSpace | None]:
    """Return the parsed arguments, and the search space that ``space=`` and ``variants=`` name."""
    parsed = parse(arguments)
    named = [override for override in parsed if override.key_or_group == "space"]
    if any(override.is_sweep_override() for override in named) or len(named) > 1:
        raise UserError("Give one search space: space=NAME.")
    space = load_space(str(named[0].value())) if named else None
    of = [override for override in parsed if override.key_or_group == "variants"]
    if of:
        space = _with_variants(space, of[-1].value())
    return [override for override in parsed if override not in (*named, *of)], space


def _with_variants(space: SearchSpace | None, names: Any) -> SearchSpace:
    """Return a search space with some of its variants, ``variants=[ours,released]``."""
    if space is None or not space.variants:
        having = "has none" if space else "is to be given, space=NAME"
        raise UserError(f"variants= chooses among those of a search space, which {having}.")
    for name in names if isinstance(names, list) else [names]:
        if str(name) not in space.variants:
            raise UserError(
                f"variants: the search space '{space.name}' has no '{name}'."
                f"{did_you_mean(str(name), space.variants)} Write a list of "
                f"{', '.join(space.variants)}."
            )
    if not isinstance(names, list) or not names:
        known = ", ".join(space.variants)
        raise UserError(f"variants: write a list of one or more of {known}, variants=[NAME,NAME].")
    return replace(space, variants={str(name): space.variants[str(name)] for name in names})


def collect(of_space: Iterable[str], given: Iterable[Override]) -> Overrides:
    """Return the overrides of a search space with the given ones over them."""
    overrides = Overrides()
    for override in [*parse(of_space), *given]:
        overrides.add(override)
    return overrides


def by_method_scale_and_variant(
    asked: Overrides, space: SearchSpace | None, given: list[Override]
) -> list[Overrides]:
    """Return the overrides of each method at each scale, where these are swept, and each variant.

    What a space says for one of these gives way to the command line. Of several methods
    each takes those values of ``method.*`` that it has; some method must have each. One that the
    space runs on a dataset of its own is left out where the command line names others
    (see ``_of_its_own``).
    """
    methods = asked.swept.get("method", [asked.fixed.get("method", "c_vitae")])
    scales = asked.swept.get("scale", [asked.fixed.get("scale", "small")])
    _check_names(space, methods)
    if len(methods) > 1:
        _check_some_method_has(asked, methods)
    cases = []
    variants = [*space.variants] if space and space.variants else [None]
    for method, scale, variant in itertools.product(methods, scales, variants):
        own = _of_its_own(space, str(method), given)
        if own and own not in _datasets(asked):
            continue
        over = [each for each in given if not own or each.key_or_group != "dataset"]
        case = collect(space.arguments(str(method), str(scale), variant) if space else [], over)
        if len(methods) > 1:
            case.drop(set(_of_method(case)) - _hyperparameters(method))
        for group, option in (("method", method), ("scale", scale)):
            if group in case.swept:
                case.choose(group, option)
        cases.append(case)
    return cases


def varied_values(space: SearchSpace | None, configs: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return the values, by path, of what the variants of a space tell apart."""
    varied: dict[str, list[Any]] = {}
    for path in space.varied if space else []:
        values: list[Any] = []
        for config in configs:
            value = value_at(config, path)
            values += [] if value in values else [value]
        if len(values) > 1:
            varied[path] = values
    return varied


def _of_its_own(space: SearchSpace | None, method: str, given: list[Override]) -> str | None:
    """Return the dataset that a space names for a method alone, where the command line names any.

    The method runs on no other; it is left out where the command line does not name this one. One
    that the command line names is run as asked, or refused.
    """
    named = {override.key_or_group for override in given}
    if not space or "dataset" not in named or "method" in named:
        return None
    dataset = space.each.get(method, {}).get("dataset")
    return None if dataset is None else str(dataset)


def _datasets(asked: Overrides) -> list[str]:
    return [str(name) for name in asked.swept.get("dataset", [asked.fixed.get("dataset")])]


def _of_method(overrides: Overrides) -> list[str]:
    return [path for path in overrides.paths if path.startswith("method.")]


def _hyperparameters(method: Any) -> set[str]:
    return {f"method.{name}" for name in hyperparameter_names(str(method))}


def _check_some_method_has(asked: Overrides, methods: list[Any]) -> None:
    known = set().union(*map(_hyperparameters, methods))
    for path in _of_method(asked):
        if path not in known:
            raise UnknownKeyError(
                path,
                f"None of the methods {', '.join(methods)} has '{path}'."
                f"{did_you_mean_key(path, known)} Known: {', '.join(sorted(known))}.",
            )


def _check_names(space: SearchSpace | None, methods: list[Any]) -> None:
    """Refuse values of a space for scales that are none, or that set no trial's values."""
    for scale in space.at_scale if space else ():
        if scale not in options_of("scale"):
            raise UserError(
                f"at_scale of the search space '{space.name if space else ''}': there is no scale "
                f"'{scale}'.{did_you_mean(scale, options_of('scale'))}"
            )
    for method in space.each if space else ():
        if method not in methods and method not in METHODS.paths():
            raise UserError(
                f"each of the search space '{space.name if space else ''}': there is no method "
                f"'{method}'.{did_you_mean(method, METHODS.paths())}"
            )
