"""Words of the report on differences: sets of switches, how far a level comes, what was tried."""

from markupsafe import Markup

from harness.durations import duration
from reports.claims.differing import Differing
from reports.claims.measure import Measure
from reports.claims.switching import FEWEST_SEEDS, Inquiry, Tried
from reports.page.text import count, interval, level_label, name_of, number, p_value, words
from reports.stats.estimates import ALPHA, Estimate, mean_interval

_P = Markup("<p>{}</p>")


def conclusion(inquiry: Inquiry, *, smoke: bool) -> Markup:
    """Return what came out, in a few paragraphs: the verdict, the effects, the budget."""
    sentences = [
        _verdict(inquiry, smoke=smoke),
        _ends(inquiry),
        _strongest(inquiry),
        budget(inquiry),
    ]
    return Markup("\n").join(_P.format(sentence) for sentence in sentences if sentence)


def _verdict(inquiry: Inquiry, *, smoke: bool) -> str:
    if smoke:
        return "Not tested at this scale, which only shows that everything runs."
    differing = inquiry.differing
    decided = [each for each in inquiry.tried if each.n >= FEWEST_SEEDS]
    if inquiry.smallest:
        each = [
            f"{differing.label(tried.on)} ({_switches(len(tried.on))}; {margins(tried, differing)})"
            for tried in inquiry.smallest
        ]
        more = len(inquiry.holding) - len(each)
        also = f" It also holds under {count(more, 'larger set')}." if more else ""
        return f"The statement holds under {words(each)}.{also}"
    if not decided:
        return (
            f"Undecided: no set of switches has {FEWEST_SEEDS} seeds whose trials have all ended."
        )
    tried = [each for each in inquiry.tried if each.n]
    open_ = [each for each in tried if each.sign == 0]
    undecided = f"; {len(open_)} of them undecided" if open_ else ""
    left = len(inquiry.tried) - len(tried)
    to_run = f" Of {left} more that are planned no seed has ended." if left else ""
    return f"The statement was not found to hold: {_none_of(len(tried))}{undecided}.{to_run}"


def _none_of(n: int) -> str:
    if n == 1:
        return "the only set of switches that was tried does not show it"
    return f"none of the {n} sets of switches that were tried shows it"


def _switches(n: int) -> str:
    return "no switch on" if not n else f"{count(n, 'switch', 'switches')} on"


def margins(tried: Tried, differing: Differing) -> str:
    """Return a set's margins over its rivals, with their intervals."""
    unit = differing.measure.unit
    each = [
        f"{interval(margin, unit, signed=True)} over {rival}, n = {margin.n}, "
        f"Holm {p_value(tried.adjusted[rival])}"
        for rival, margin in tried.margins.items()
    ]
    return "; ".join(each)


def _ends(inquiry: Inquiry) -> str:
    """Say what the two settings give, where these were tried."""
    differing = inquiry.differing
    parts = [
        f"{differing.label(on)}: {margins(tried, differing)}"
        for on in (frozenset[str](), differing.everything)
        if (tried := inquiry.of(on)) and tried.n
    ]
    return f"Margins of {differing.measure.subject}. {'. '.join(parts)}." if parts else ""


def _strongest(inquiry: Inquiry) -> str:
    """Name the switches whose effect on the margin is shown."""
    if not inquiry.effects:
        return ""
    shown = [each for each in inquiry.effects if each.adjusted < ALPHA]
    parts = [
        f"{each.switch}, from {each.base} ({interval(each.margin, signed=True)})" for each in shown
    ]
    if not parts:
        return "No switch is shown to change the margin over the best rival."
    return f"Shown to change the margin over the best rival: {words(parts)}."


def budget(inquiry: Inquiry) -> str:
    """Say how many sets, trials and seeds were tried, and how long they took."""
    rows, switched = inquiry.switched.rows, inquiry.switched
    ended = rows[rows["status"].isin(["ok", "diverged"])]
    all_sets = 2 ** len(inquiry.differing.switches)
    told = switched.told
    each = ""
    if "scale.epochs" in told:
        images = told.get("scale.train_limit")
        each = f" of {count(int(told['scale.epochs']), 'epoch')}"
        each += f" of at most {int(images):,} images" if images else ""
    parts = [
        f"Tried: {sum(each.n > 0 for each in inquiry.tried)} of the {all_sets} sets of "
        f"{count(len(inquiry.differing.switches), 'switch', 'switches')}, with "
        f"{count(rows['seed'].nunique(), 'seed')}; {len(ended):,} of {count(len(rows), 'trial')}"
        f"{each} have ended, {duration(float(ended['seconds'].sum()))} of trials in all."
    ]
    if switched.left_out:
        parts.append(
            f"{count(switched.left_out, 'trial')} of these run directories "
            f"{'is' if switched.left_out == 1 else 'are'} left out, because their setting is "
            "neither of the two or their budget is another."
        )
    return " ".join(parts)


def definition(inquiry: Inquiry) -> str:
    """Return how it is decided whether the statement holds, in words."""
    measure = inquiry.differing.measure
    needed = f"{measure.at_least:g}"
    least = f"at least {needed} {measure.unit}".rstrip() + " and " if measure.at_least else ""
    return (
        f"{_measured(inquiry)} The margin is that of {measure.subject} less that of a "
        f"rival{_turned(measure)}, paired by seed. The statement holds under a set of switches if "
        f"the mean margin over every rival is {least}above 0 with p < {ALPHA:.2f} "
        f"(paired t-test, Holm's method for all rivals under all sets); it does not hold if the "
        f"95 % interval over some rival lies below {needed}; else, and with fewer than "
        f"{FEWEST_SEEDS} seeds, it is undecided."
    )


def _turned(measure: Measure) -> str:
    return "" if measure.along or measure.higher else ", with the sign turned, as less is better"


def _measured(inquiry: Inquiry) -> str:
    measure, switched = inquiry.differing.measure, inquiry.switched
    metric, scales = switched.labels[measure.metric], sorted(set(switched.rows["scale"]))
    if not measure.along:
        return f"Measured is the final test {metric} of each seed."
    along = name_of(measure.along)
    beyond = words([number(measure.beyond[s]) for s in scales if s in measure.beyond])
    side = "above" if measure.higher else "below"
    return (
        f"A trial survives a {along} if it ends with a test {metric} {side} {beyond or '–'}, "
        f"{measure.beyond_is}. How far a seed comes is the largest {along} that it survives, below "
        "the first at which it diverges, in powers of ten; a tenth of the least one where it "
        "survives none."
    )


def reached(numbers: Estimate, measure: Measure) -> str:
    """Return the mean of a level's numbers as a cell shows it."""
    if not numbers.n:
        return "–"
    if not measure.along:
        return interval(numbers)
    value = level_label(float(f"{10**numbers.value:.2g}"))
    half = numbers.high - numbers.low
    if not half > 0:
        return value
    low, high = (level_label(float(f"{10**end:.2g}")) for end in (numbers.low, numbers.high))
    return f"{value} [{low}, {high}]"


def mean_of(tried: Tried, level: str) -> Estimate:
    """Return the mean of a level's numbers under a set of switches."""
    return mean_interval(tried.numbers[level])
