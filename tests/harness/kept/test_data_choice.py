"""Words that choose a dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from harness.data.options import DatasetOptions
from harness.datasets.digits import DigitsOptions
from harness.datasets.registry import DATASETS
from harness.errors import UserError
from harness.kept.data_choice import chosen_dataset


@dataclass(frozen=True)
class Pictures(DatasetOptions):
    """A dataset at a path."""

    published_epochs: ClassVar[int] = 1
    published_batch_size: ClassVar[int] = 1
    path: str | None = None
    size: int = 28

    def load(self, data_root: Path | None) -> None:  # type: ignore[override]
        """Nothing is loaded here."""

    def check(self, data_root: Path | None) -> None:
        """Nor looked for."""


NAME = f"{Pictures.__module__}.Pictures"


@pytest.fixture(autouse=True)
def _checked_anew() -> Iterator[None]:
    yield
    DATASETS._checked.pop(NAME, None)


def test_a_name_and_options() -> None:
    assert chosen_dataset(["dataset=digits"]) == DigitsOptions()
    words = ["dataset.warp=none", "dataset=digits", "dataset.rotate=5"]
    assert chosen_dataset(words) == DigitsOptions(warp="none", rotate=5.0)
    assert chosen_dataset([f"dataset._target_={NAME}"]) == Pictures()


@pytest.mark.parametrize("path", ["a/b", "/a b/it's", "x=1,y={2}", "a:b", "s3://bucket/a", "[1]"])
def test_a_path_is_taken_as_it_is(path: str) -> None:
    assert chosen_dataset([f"{NAME}:{path}"]) == Pictures(path=path)
    assert chosen_dataset([f"{NAME}:{path}", "dataset.size=64"]) == Pictures(path, 64)


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert chosen_dataset([f"{NAME}:~/x"]) == Pictures("/home/me/x")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["dataset.warp=none"], "dataset.warp=none names no dataset. Write NAME:PATH"),
        (["digits"], "Cannot read 'digits'"),
        (["dataset=digitz"], "There is no dataset 'digitz'. Did you mean 'digits'?"),
        (["digitz:/x"], "There is no dataset 'digitz'. Did you mean 'digits'?"),
        (["digits:/x"], "Unknown key 'dataset.path' of dataset=digits"),
        (["dataset=digits", "dataset.warp=some"], "dataset.warp=some is not allowed"),
        (["dataset=digits", "dataset.wrap=none"], "Did you mean 'dataset.warp'?"),
        (["dataset=digits", "dataset=glyphs"], "'dataset=glyphs': one dataset is enough."),
        (["dataset=choice(digits,glyphs)"], "give it one value"),
        (["dataset=digits", "method=vae"], "'method=vae' chooses no data."),
    ],
)
def test_other_words_are_refused(words: list[str], says: str) -> None:
    with pytest.raises(UserError) as refused:
        chosen_dataset(words)
    assert says in str(refused.value)
