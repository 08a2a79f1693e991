"""How many values an image has, there and here: bounds in nats are sums over them."""

from harness.results import Results
from reports.claims.published import Published
from reports.layout.scores import Scores

COLUMN = "env.dimensions"
"""Values of an image that a trial was scored on: channels times pixels."""


def dimensions(results: Results) -> int | None:
    """Return how many values an image of all trials has; None if they differ or do not say."""
    if COLUMN not in results.trials:
        return None
    found = results.trials[COLUMN].dropna().unique()
    return int(found[0]) if len(found) == 1 else None


def sizes(publication: Published, results: Results) -> tuple[int, int] | None:
    """Return how many values a published image has and one of ours, where both are known."""
    there, here = publication.n_values, dimensions(results)
    return (there, here) if there and here else None


def size_note(publication: Published, results: Results, scores: list[Scores]) -> str:
    """Say in a sentence that bounds there and here are of images of two sizes, if they are."""
    both = sizes(publication, results)
    in_nats = [s.outcome.label for s in scores if s.outcome.unit == "nats"]
    if both is None or both[0] == both[1] or not in_nats:
        return ""
    return (
        f"A published image has {both[0]:,} values, one of this run {both[1]:,}: what is in nats "
        "is a sum over them, and stands there again divided by their number (nats a value)."
    )
