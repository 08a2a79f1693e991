"""What a plan reads of a method without torch is what the method itself says."""

import pytest

from harness.methods import METHODS, declaration
from models.declaration import Declaration
from models.registry import DECLARATION_PATHS, METHOD_PATHS


def test_every_method_of_ours_has_a_declaration() -> None:
    assert DECLARATION_PATHS.keys() == METHOD_PATHS.keys()


@pytest.mark.parametrize("name", METHOD_PATHS)
def test_the_method_is_what_it_declares(name: str) -> None:
    method, declared = METHODS.load(name), declaration(name)
    assert issubclass(method, declared)
    for attribute in Declaration.__annotations__:
        assert getattr(method, attribute) is getattr(declared, attribute), attribute
