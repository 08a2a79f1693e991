"""A password in a database's URL is neither kept nor shown."""

import json
from pathlib import Path

import pytest

from harness.config.sweep import resolve
from harness.errors import UserError
from harness.planning import describe_sweep
from harness.results.remote.address import without_password
from harness.search.database import check_storage

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///study.db", None),
        ("sqlite:////tmp/a:b/c@d.db", None),
        ("mysql://me@host/db", None),
        ("postgresql://host:5432/db", None),
        (f"postgresql://me:{SECRET}@host:5432/db", "postgresql://me@host:5432/db"),
        (f"mysql+pymysql://me:{SECRET}@x/@host/db?charset=utf8", None),
        (f"postgresql://host/db?user=me&password={SECRET}&x=1", "postgresql://host/db?user=me&x=1"),
        (f"postgresql://host/db?sslpassword={SECRET}", "postgresql://host/db?"),
    ],
)
def test_of_a_url(url: str, shown: str | None) -> None:
    found = without_password(url)
    assert SECRET not in found
    assert found == (shown or (url if SECRET not in url else found))
    quoted = without_password(f"unbraid sweep 'search.storage={url}' seeds=1 run_dir=a@b")
    assert SECRET not in quoted
    assert quoted.startswith("unbraid sweep 'search.storage=")
    assert quoted.endswith("seeds=1 run_dir=a@b")


def test_it_is_in_nothing_that_is_kept() -> None:
    url = f"postgresql://me:{SECRET}@127.0.0.1:1/db"
    words = ["method=vae", "search=optuna", "trials=2", "method.lr=interval(1e-5,1e-1)"]
    sweep = resolve([*words, f'search.storage="{url}"'])
    assert sweep.settings.search.storage == url, "it is used all the same"
    kept = json.dumps(describe_sweep(sweep, f"unbraid sweep 'search.storage=\"{url}\"' trials=2"))
    assert SECRET not in kept
    assert "postgresql://me@127.0.0.1:1/db" in kept


def test_it_is_in_no_message(tmp_path: Path) -> None:
    for url in (
        f"postgresql://me:{SECRET}@127.0.0.1:1/db",
        f"nonsense://me:{SECRET}@host/db",
        f"mysql://me:{SECRET}@127.0.0.1:1/db",
    ):
        with pytest.raises(UserError, match=r"cannot be used .* Its password is kept nowhere") as e:
            check_storage(url)
        assert SECRET not in str(e.value)
        assert e.value.__cause__ is None
