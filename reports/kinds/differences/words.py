"""Words of the report on differences: sets of switches, how far a level comes, what was tried."""

from markupsafe import Markup

from harness.durations import duration
from harness.spaces.axes import number_or
from reports.claims.differing import Differing
from reports.claims.measure import Measure
from reports.claims.switching import FEWEST_SEEDS, Effect, Inquiry, Tried
from reports.page.text import count, interval, level_label, name_of, number, p_value, words
from reports.stats.estimates import ALPHA, Estimate, mean_interval

_P = Markup("<p>{}</p>")


def conclusion(inquiry: Inquiry, *, smoke: bool) -> Markup:
    """Return what came out, in a few paragraphs: the verdict, the effects, the budget."""
    sentences = [
        _verdict(inquiry, smoke=smoke),
        _ends(inquiry),
        _strongest(inquiry),
        _of_all(inquiry),
        budget(inquiry),
    ]
    return Markup("\n").join(_P.format(sentence) for sentence in sentences if sentence)


def _verdict(inquiry: Inquiry, *, smoke: bool) -> str:
    if smoke:
        return "Not tested at this scale, which only shows that everything runs."
    differing = inquiry.differing
    decided = [each for each in inquiry.tried if each.n >= FEWEST_SEEDS or each.sign]
    if inquiry.smallest:
        each = [
            f"{differing.label(tried.on)} ({_switches(len(tried.on))}; {margins(tried, differing)})"
            for tried in inquiry.smallest
        ]
        more = len(inquiry.holding) - len(each)
        also = f" It also holds under {count(more, 'larger set')}." if more else ""
        return f"The statement holds under {words(each)}.{also}"
    if not decided:
        return _undecided(inquiry)
    tried = [each for each in inquiry.tried if each.compared]
    open_ = [each for each in tried if each.sign == 0]
    undecided = f"; {len(open_)} of them undecided" if open_ else ""
    left = len(inquiry.tried) - len(tried)
    to_run = f" Of {left} more no seed has ended that could be compared." if left else ""
    return f"The statement was not found to hold: {_none_of(len(tried))}{undecided}.{to_run}"


def _undecided(inquiry: Inquiry) -> str:
    """Say why no set can be decided: levels without a trial here, or too few seeds."""
    rows, switched = inquiry.switched.rows, inquiry.switched
    absent = [level for level in switched.levels if level not in set(rows["level"])]
    if absent and len(rows):
        measure = inquiry.differing.measure
        there = words([named(measure, level) for level in switched.levels if level not in absent])
        return (
            f"Undecided: no trial here is of {words([named(measure, lv) for lv in absent])}, which "
            f"the statement is about; there are trials of {there or 'none of its levels'}. Give "
            "the run directories with the others, too."
        )
    return f"Undecided: no set of switches has {FEWEST_SEEDS} seeds whose trials have all ended."


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
        f"{interval(margin, unit, signed=True)} over {named(differing.measure, rival)}, "
        f"n = {margin.n}, Holm {p_value(tried.adjusted[rival])}"
        for rival, margin in tried.margins.items()
        if margin.n
    ]
    return "; ".join(each)


def _ends(inquiry: Inquiry) -> str:
    """Say what the two settings give, where these were tried."""
    differing = inquiry.differing
    parts = [
        f"{differing.label(on)}: {margins(tried, differing)}"
        for on in (frozenset[str](), differing.everything)
        if (tried := inquiry.of(on)) and tried.compared
    ]
    subject = named(differing.measure, differing.measure.subject)
    return f"Margins of {subject}. {'. '.join(parts)}." if parts else ""


def _strongest(inquiry: Inquiry) -> str:
    """Name the switches whose effect on the margin is shown."""
    measured = [each for each in inquiry.effects if each.margin.n > 1]
    if not measured:
        return "The effect of no switch alone was measured."
    parts = [
        f"{each.switch}, from {each.base} ({interval(each.margin, signed=True)})"
        for each in measured
        if each.adjusted < ALPHA
    ]
    said = (
        f"Shown to change the margin over the best rival: {words(parts)}."
        if parts
        else "No switch that was measured is shown to change the margin over the best rival."
    )
    return f"{said}{_unmeasured(inquiry, {(each.switch, each.base) for each in measured})}"


def _of_all(inquiry: Inquiry) -> str:
    """Name the switches with which every level's own number changes, in one direction."""
    parts = []
    for base in ("ours", "released"):
        names = [each.switch for each in inquiry.effects if each.base == base and _moves_all(each)]
        parts += [f"with {words(names)}, from {base}"] if names else []
    if not parts:
        return ""
    return (
        f"All levels change one way {' and '.join(parts)}: so far as their intervals, which are "
        "not adjusted for how many there are, lie beyond 0."
    )


def _moves_all(effect: Effect) -> bool:
    changes = effect.levels.values()
    enough = min((each.n for each in changes), default=0) >= FEWEST_SEEDS
    up = all(each.low > 0 for each in changes)
    return enough and (up or all(each.high < 0 for each in changes))


def _unmeasured(inquiry: Inquiry, measured: set[tuple[str, str]]) -> str:
    """Name the switches whose effect was not measured, by the setting that it is one in."""
    parts = []
    for base in ("ours", "released"):
        lacking = [name for name in inquiry.differing.switches if (name, base) not in measured]
        every = len(lacking) == len(inquiry.differing.switches)
        parts += [f"from {base}, of {'any' if every else words(lacking)}"] if lacking else []
    return f" Not measured was the effect, {'; '.join(parts)}." if parts else ""


def budget(inquiry: Inquiry) -> str:
    """Say how many sets, trials and seeds were tried, and how long they took."""
    rows, switched = inquiry.switched.rows, inquiry.switched
    ended = rows[rows["status"].isin(["ok", "diverged"])]
    all_sets = 2 ** len(inquiry.differing.switches)
    compared = [each for each in inquiry.tried if each.compared]
    parts = [
        f"Tried: {len(compared)} of the {all_sets} sets of "
        f"{count(len(inquiry.differing.switches), 'switch', 'switches')}"
        f"{_seeds(compared)}; {len(ended):,} of {count(len(rows), 'trial')}"
        f"{_each(inquiry)} have ended, {duration(float(ended['seconds'].sum()))} of trials in all."
    ]
    if switched.unset:
        parts.append(
            f"No trial here has what sets {words(list(switched.unset))}, which count as off."
        )
    if switched.left_out:
        parts.append(
            f"{count(switched.left_out, 'trial')} of these run directories "
            f"{'is' if switched.left_out == 1 else 'are'} left out, because their setting is "
            "neither of the two or their budget is another."
        )
    return " ".join(parts)


def _seeds(compared: list[Tried]) -> str:
    """Say with how many seeds sets of switches were tried: the least and the most."""
    if not compared:
        return ""
    numbers = [max(margin.n for margin in each.margins.values()) for each in compared]
    least, most = min(numbers), max(numbers)
    return f", with {count(most, 'seed') if least == most else f'{least} to {most} seeds'}"


def _each(inquiry: Inquiry) -> str:
    """Say how long a trial is: what is the same for all, or the values of a switch."""
    told = inquiry.switched.told
    lengths: set[object] = {told["scale.epochs"]} if "scale.epochs" in told else set()
    for switch in inquiry.differing.switches.values():
        lengths |= {of["scale.epochs"] for of in (switch.ours, switch.on) if "scale.epochs" in of}
    if not lengths:
        return ""
    epochs = sorted(int(str(each)) for each in lengths)
    images = told.get("scale.train_limit")
    of_each = f" of {' or '.join(map(str, epochs[:-1]))} or " if epochs[:-1] else " of "
    return f"{of_each}{count(epochs[-1], 'epoch')}" + (
        f" of at most {int(images):,} images" if images else ""
    )


def named(measure: Measure, level: str) -> str:
    """Return a level in a sentence; a number with its factor: ``d = 128``."""
    numeric = isinstance(number_or(level), float)
    return f"{name_of(measure.factor)} = {level}" if numeric else level


def definition(inquiry: Inquiry) -> str:
    """Return how it is decided whether the statement holds, in words."""
    measure = inquiry.differing.measure
    needed = f"{measure.at_least:g}"
    unit = measure.unit.removesuffix("s") if measure.at_least == 1 else measure.unit
    least = f"at least {needed} {unit}".rstrip() + " and " if measure.at_least else ""
    subject = named(measure, measure.subject)
    return (
        f"{_measured(inquiry)} The margin is that of {subject} less that of a "
        f"rival{_turned(measure)}, paired by seed. The statement holds under a set of switches if "
        f"the mean margin over every rival is {least}above 0 with p < {ALPHA:.2f} "
        f"(paired t-test, Holm's method for all rivals under all sets); it does not hold if the "
        f"95 % interval over some rival lies below {needed}, which is not adjusted, as it claims "
        f"no effect; else, and with fewer than {FEWEST_SEEDS} seeds, it is undecided."
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
