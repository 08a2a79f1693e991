"""A deferred module is imported when it is used, and is then what it would have been."""

import subprocess
import sys

import pytest

DEFERRED = """
import sys
from harness.deferred import defer

defer("decimal")
import decimal
import decimal as again
{use}
print("_decimal" in sys.modules)
"""


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout


def test_an_import_alone_does_nothing() -> None:
    assert python(DEFERRED.format(use="")) == "False\n"


@pytest.mark.parametrize(
    "use",
    [
        "assert again.Decimal(1) + 1 == 2",
        "from decimal import Decimal; assert Decimal is decimal.Decimal is again.Decimal",
        "decimal.Decimal; assert vars(sys.modules['decimal']).keys() <= vars(decimal).keys()",
        "import pickle; assert pickle.loads(pickle.dumps(decimal.Decimal(2))) == 2",
    ],
)
def test_a_use_imports_it(use: str) -> None:
    assert python(DEFERRED.format(use=use)) == "True\n"


def test_a_package_has_its_submodules() -> None:
    code = (
        "from harness.deferred import defer; defer('xml')\n"
        "import xml.dom.minidom as minidom; print(minidom.__name__)"
    )
    assert python(code) == "xml.dom.minidom\n"


def test_what_is_imported_or_missing_is_left_alone() -> None:
    code = (
        "import sys, json; from harness.deferred import defer; defer('json'); defer('not_there')\n"
        "print(sys.modules['json'] is json, 'not_there' in sys.modules)"
    )
    assert python(code) == "True False\n"
