"""What a plan reads of a method without torch is what the method itself says."""

from typing import Any

import pytest

from harness.methods import METHODS, declaration
from models.declaration import Declaration
from models.registry import DECLARATION_PATHS, METHOD_PATHS, check_declaration
from models.vae.hyperparameters import VAEDeclaration


def test_every_method_of_ours_has_a_declaration() -> None:
    assert DECLARATION_PATHS.keys() == METHOD_PATHS.keys()


@pytest.mark.parametrize("name", METHOD_PATHS)
def test_the_method_is_what_it_declares(name: str) -> None:
    method, declared = METHODS.load(name), declaration(name)
    assert issubclass(method, declared)
    for attribute in Declaration.__annotations__:
        assert getattr(method, attribute) is getattr(declared, attribute), attribute


@pytest.mark.parametrize(
    ("declared", "supervision"),
    [
        ({}, "none"),
        ({"consumes": "pairs"}, "pairs"),
        ({"needs": ("pose",)}, "labels"),
        ({"needs": ("pose",), "consumes": "pairs"}, "labels"),
        ({"needs": ("pose", "labelled")}, "partial"),
        ({"needs": ("unpaired_joints",), "supervision": "none"}, "none"),
    ],
)
def test_supervision_follows_from_what_is_needed_unless_it_is_named(
    declared: dict[str, Any], supervision: str
) -> None:
    kind = type("Mine", (VAEDeclaration,), declared)
    assert kind.supervision == supervision
    below = type("Derived", (kind,), {"at_scale": {}})
    assert below.supervision == supervision, "and is inherited"
    assert type("More", (below,), {"needs": ("labelled",)}).supervision == (
        "none" if "supervision" in declared else "partial"
    )


def test_a_supervision_that_there_is_not_is_refused() -> None:
    kind = type("Mine", (VAEDeclaration,), {"supervision": "some"})
    with pytest.raises(TypeError, match=r"none, pairs, partial, labels.*not 'some'"):
        check_declaration(kind, "my_method.Mine")
