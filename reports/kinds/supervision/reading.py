"""The result of a sweep of labels in sentences, computed from the same numbers as its tables."""

from collections.abc import Sequence

from markupsafe import Markup

from reports.kinds.supervision.lines import Supervision
from reports.kinds.supervision.tables import gains
from reports.page.text import interval, number, p_value
from reports.stats.estimates import shown_sign


def reading(curves: Sequence[Supervision]) -> Markup:
    """Return a few sentences about each error, with its intervals and sample sizes."""
    if not curves:
        return Markup("<p>This run varies no number, such as the share of labelled images.</p>")
    paragraph = Markup("<p>{}</p>")
    return Markup("\n").join(paragraph.format(_about(curve)) for curve in curves)


def _about(curve: Supervision) -> str:
    sentences = [_range(curve), _against_chance(curve), *_gains(curve)]
    said = " ".join(sentence for sentence in sentences if sentence)
    return said[:1].upper() + said[1:]


def _range(curve: Supervision) -> str:
    """Say what the first line reaches at the least and at the greatest level."""
    if not curve.lines:
        return ""
    line, labels = curve.lines[0], curve.along.labels
    ends = [(labels[place], line.marginals[place].mean) for place in (0, len(labels) - 1)]
    known = [(label, mean) for label, mean in ends if mean.n]
    if not known:
        return f"No trial of {line.label} has a finite test {curve.outcome.label}."
    said = " and ".join(
        f"{interval(mean, curve.outcome.unit)} at {curve.along.name} {label} (n = {mean.n})"
        for label, mean in known
    )
    return f"{curve.outcome.label} of {line.label}: {said}."


def _against_chance(curve: Supervision) -> str:
    """Say how far below the guesses the first line is where labels are fewest."""
    if not curve.lines or not curve.lines[0].marginals[0].mean.n:
        return ""
    reached = curve.lines[0].marginals[0].mean.value
    said = [
        f"the {called}: {number(marginals[0].mean.value)} {curve.outcome.unit}".rstrip()
        for called, marginals in curve.chance.items()
        if marginals[0].mean.n
    ]
    if not said:
        return ""
    values = [m[0].mean.value for m in curve.chance.values() if m[0].mean.n]
    better = curve.outcome.sign * reached > max(curve.outcome.sign * value for value in values)
    verdict = "is better than every guess" if better else "is not better than every guess"
    return f"Where labels are fewest it {verdict} from the same labels ({'; '.join(said)})."


def _gains(curve: Supervision) -> list[str]:
    """Say what each other line loses against the first where labels are fewest, and most."""
    base, ends = (curve.lines[0].label if curve.lines else ""), {0, len(curve.along.levels) - 1}
    sentences = []
    for place, line, gap, p in gains(curve):
        if place not in ends:
            continue
        sign = curve.outcome.sign * shown_sign(gap, p)
        verdict = {1: "is better than", -1: "is worse than", 0: "is not shown to differ from"}[sign]
        sentences.append(
            f"At {curve.along.name} {curve.along.labels[place]}, {line.label} {verdict} {base} "
            f"({interval(gap, curve.outcome.unit, signed=True)}, n = {gap.n}, Holm {p_value(p)})."
        )
    return sentences
