"""Annotations of hyperparameters, and their defaults at a scale."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from annotated_types import Gt

from models.hyperparameters import (
    Added,
    Structure,
    Value,
    as_kept,
    before_added,
    describe,
    values_of,
    with_scale_defaults,
)


@dataclass(frozen=True)
class Numbers:
    lr: Annotated[float, Gt(0), Value("λ", "learning rate", "tests")] = 1e-3
    d: Annotated[int, Structure("d", "dimension", "tests")] = 4


@dataclass(frozen=True)
class More(Numbers):
    weight: Annotated[int, Value("", "weight", "tests")] = 2


@dataclass(frozen=True)
class Begun(Numbers):
    file: Annotated[str, Structure("", "file of weights", "tests", initial=True)] = ""


@dataclass(frozen=True)
class Undescribed(Numbers):
    weight: Annotated[float, Gt(0)] = 1.0


def test_fields_are_described_with_those_they_inherit() -> None:
    assert {name: info.symbol for name, info in describe(More).items()} == {
        "lr": "λ",
        "d": "d",
        "weight": "",
    }
    with pytest.raises(TypeError, match=r"Undescribed\.weight needs a Value"):
        describe(Undescribed)


def test_values_are_the_fields_that_reach_the_objective_as_floats() -> None:
    values = values_of(More(lr=0.5))
    assert values == {"lr": 0.5, "weight": 2.0}
    assert all(isinstance(value, float) for value in values.values())


def test_a_kept_model_needs_no_file_that_its_training_began_from() -> None:
    began = Begun(lr=0.5, file="weights.pth")
    assert as_kept(began) == Begun(lr=0.5)
    assert as_kept(More(d=7)) == More(d=7)


def test_further_defaults_hold_at_each_scale_and_leave_the_base_alone() -> None:
    base = {"smoke": {"network": "tiny", "lr": 1e-3}, "small": {"network": "small"}}
    assert with_scale_defaults(base, lr=1.0, d=8) == {
        "smoke": {"network": "tiny", "lr": 1.0, "d": 8},
        "small": {"network": "small", "lr": 1.0, "d": 8},
    }
    assert base["smoke"] == {"network": "tiny", "lr": 1e-3}


@dataclass(frozen=True)
class Later(Numbers):
    weight: Annotated[Annotated[float, Gt(0)] | None, Value("", "weight", "tests"), Added(None)] = 1


def test_a_field_that_was_added_says_what_was_so_before() -> None:
    assert before_added(Later) == {"weight": None}
    assert before_added(Numbers) == {}
    assert values_of(Later(weight=None)) == {"lr": 1e-3}, "what is not set is no number"
