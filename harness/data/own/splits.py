"""Which images of the user's are for training and which for the test."""

from dataclasses import dataclass

import numpy as np

from harness.data.dataset import SplitName
from harness.data.identity_order import shuffled
from harness.errors import UserError

_TEST = ("test", "testing", "eval", "evaluation")
_TRAIN = ("train", "training")
_LEFT_OUT = ("val", "valid", "validation", "dev")

Rows = dict[SplitName, np.ndarray]
"""Indices of the images of each split, in the order in which the split has them."""


def is_split(word: str) -> bool:
    """Return whether a word says which split something is for."""
    return word.lower() in (*_TRAIN, *_TEST, *_LEFT_OUT)


@dataclass(frozen=True)
class Splitting:
    """How images are split.

    Attributes:
        what: the data, for messages.
        fraction: share of the images, or of the identities, that is for the test.
        seed: another seed splits and shuffles otherwise.
    """

    what: str
    fraction: float
    seed: int

    def order(self, n: int) -> np.ndarray:
        """Return ``0 .. n - 1``, shuffled: the first few are a sample of all."""
        return shuffled(f"own/{self.seed}", n)

    def at_random(self, n: int) -> Rows:
        """Split ``n`` images by the fraction alone."""
        order = self.order(n)
        n_test = min(max(round(self.fraction * n), 1), max(n - 1, 0))
        return {"train": order[n_test:], "test": order[:n_test]}

    def by_identity(self, identities: np.ndarray) -> Rows:
        """Split images ``[n]`` so that no identity is in both splits.

        Raises:
            UserError: there is one identity only.
        """
        known = np.unique(identities)
        if len(known) < 2:
            raise UserError(
                f"{self.what} shows {len(known)} identity: to split by identities it takes at "
                "least 2. Leave out dataset.split_by, or add images of others."
            )
        of_identities = self.at_random(len(known))
        for_test = np.isin(identities, known[of_identities["test"]])
        order = self.order(len(identities))
        return {"train": order[~for_test[order]], "test": order[for_test[order]]}

    def by_words(self, words: np.ndarray, column: str) -> tuple[Rows, str]:
        """Split images by what a column ``[n]`` says: the words train and test.

        Returns:
            The rows, and a note on what was left out.

        Raises:
            UserError: the column says something else.
        """
        said = np.char.lower(np.char.strip(np.asarray(words, str)))
        known = np.unique(said)
        unknown = [str(word) for word in known if not is_split(word)]
        if unknown:
            raise UserError(
                f"{self.what}: the column '{column}' says {', '.join(map(repr, unknown[:3]))} of "
                "some images. Write train or test (validation is left out), or name another "
                "column by dataset.split."
            )
        order = self.order(len(said))
        rows: Rows = {
            "train": order[np.isin(said[order], _TRAIN)],
            "test": order[np.isin(said[order], _TEST)],
        }
        left = len(said) - len(rows["train"]) - len(rows["test"])
        return rows, f"{left} images for validation are left out" if left else ""

    def by_path(self, n_train: int, n_test: int) -> Rows:
        """Split images of which the last ``n_test`` come from files for the test."""
        return {"train": self.order(n_train), "test": n_train + self.order(n_test)}
