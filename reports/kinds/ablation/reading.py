"""The result of an ablation in sentences, computed from the same numbers as its tables."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.analysis.families import Family
from reports.figures.importance import name
from reports.kinds.shared.reading import MOST_SENTENCES, outliers
from reports.layout.constraints import Bound, Checked, Compliance
from reports.layout.design import Design
from reports.layout.scores import Scores
from reports.page.figure import wide_limits
from reports.page.text import count, interval, p_value, words
from reports.page.verdicts import VERDICTS, Verdict
from reports.stats.anova import Term

MOST_NAMED = 8
"""Most variants named in one sentence; more are counted."""


def reading(
    design: Design,
    score: Scores | None,
    checked: Checked,
    terms: Sequence[Term],
    *,
    family: Family | None,
) -> Markup:
    """Return a few sentences that state the result with its intervals and sample sizes."""
    grid = design.grid
    sentences = []
    if family and len(grid.groups) > 1:
        sentences.append(_against_baseline(design, family))
    sentences.append(_importance(design, terms))
    sentences += [_constraint(score, *each) for each in checked]
    sentences.append(outliers(grid, wide_limits(grid.rows["value"].to_numpy(dtype=float))))
    paragraph = Markup("<p>{}</p>")
    return Markup("\n").join(paragraph.format(sentence) for sentence in sentences if sentence)


def _against_baseline(design: Design, family: Family) -> str:
    """Say which variants differ from the baseline."""
    base, outcome = design.baseline, family.outcome
    assert base is not None
    compared = {group: family.of(group, base) for group in design.grid.groups if group != base}
    sides: dict[str, list[str]] = {"better": [], "worse": []}
    sentences = []
    for group, each in compared.items():
        gap = each.difference
        basis = (
            f"{interval(gap, outcome.unit, signed=True)}, n = {gap.n}, "
            f"Holm {p_value(each.adjusted)}"
        )
        if each.sign:
            side = "better" if outcome.sign * each.sign > 0 else "worse"
            sides[side].append(group)
            sentences.append(f"{group} is {side} ({basis})")
    missing = (
        f" (the sweep names {design.unmatched}, which is not in it)" if design.unmatched else ""
    )
    sentence = f"Compared with the baseline {design.baseline}{missing}, paired by seed: "
    if not sentences:
        beyond = [group for group, each in compared.items() if each.beyond_its_interval]
        why = (
            f" (p is adjusted; the interval of {_names_or_count(beyond)}, which is not, leaves "
            "out 0)"
            if beyond
            else ""
        )
        return f"{sentence}no variant differs significantly in test {outcome.label}{why}."
    if len(sentences) <= MOST_SENTENCES:
        sentence += "; ".join(sentences)
    else:
        sentence += "; ".join(
            f"{_names_or_count(groups)} {'is' if len(groups) == 1 else 'are'} {side}"
            for side, groups in sides.items()
            if groups
        )
    if n_others := len(compared) - len(sentences):
        others = count(n_others, "other variant does", "other variants do")
        sentence += f". {others} not differ significantly"
    return f"{sentence}."


def _importance(design: Design, terms: Sequence[Term]) -> str:
    """Say which factors explain most, where there are several."""
    explained = sorted((t for t in terms if t.factors), key=lambda term: -term.share)
    if len(design.factors) < 2 or not explained:
        return ""
    shares = [f"{name(t)} {100 * t.share:.0f} %" for t in explained[:3] if t.share > 0.005]
    if not shares:
        return "No factor explains a noticeable share of the differences between trials."
    label = design.grid.outcome.label
    return (
        f"What explains the variance of test {label} over the trials with a value: {words(shares)}."
    )


def _constraint(
    score: Scores | None, constraint: Bound, compliance: Mapping[str, Compliance]
) -> str:
    """Say which variants keep a constraint, and which of these is best."""
    by_verdict: dict[Verdict, list[str]] = {verdict: [] for verdict in VERDICTS}
    for group, each in compliance.items():
        if each.mean.n:
            by_verdict[each.verdict].append(group)
    if not any(by_verdict.values()):
        return f"The constraint {constraint.in_words} was measured on no trial."
    parts = [
        f"{'is undecided' if verdict == 'undecided' else verdict} for {_names_or_count(groups)}"
        for verdict, groups in by_verdict.items()
        if groups
    ]
    sentence = f"The constraint {constraint.in_words} {'; '.join(parts)}."
    meeting = {g: score.values[g] for g in by_verdict["holds"]} if score else {}
    leader = Scores(score.outcome, meeting).best if score and len(meeting) > 1 else None
    if leader and score:
        sentence += (
            f" Of those that meet it, {leader} has the {score.outcome.best} mean test "
            f"{score.outcome.label}, {interval(score.mean(leader), score.outcome.unit)}."
        )
    return sentence


def _names_or_count(groups: Sequence[str]) -> str:
    """Name groups, or count them where they are many."""
    return words(groups) if len(groups) <= MOST_NAMED else count(len(groups), "variant")
