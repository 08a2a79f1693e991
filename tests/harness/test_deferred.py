"""A deferred module is imported when it is used, and is then what it would have been."""

import subprocess
import sys
from pathlib import Path

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


def test_a_thread_imports_it_meanwhile() -> None:
    code = DEFERRED.format(
        use="from harness.deferred import importing\nwith importing('decimal'): 0"
    )
    assert python(code) == "True\n"


def test_who_uses_it_while_a_thread_imports_it_waits(tmp_path: Path) -> None:
    """Neither gets a module that is half there, and it is imported once."""
    (tmp_path / "slow.py").write_text(
        "import time; print('imported'); time.sleep(0.3); half = False; time.sleep(0.3); done = 1"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from harness.deferred import defer, importing; defer('slow'); import slow\n"
        "with importing('slow'): import time; time.sleep(0.2); print(slow.done)\n"
        "import slow as again; print(again.done, slow.half)"
    )
    assert python(code) == "imported\n1\n1 False\n"


def test_a_module_that_cannot_be_imported_fails_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise ValueError('no')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from harness.deferred import defer, importing; defer('broken'); import broken\n"
        "with importing('broken'): pass\n"
        "try: broken.anything\n"
        "except ValueError as error: print(error)"
    )
    assert python(code) == "no\n"
