"""The tables of the report on differences: the settings, the effects, the sets, the survivors."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports.claims.differing import Differing, Switch
from reports.claims.switching import Effect, Inquiry, Tried, survives
from reports.claims.table import NOT_TESTED
from reports.kinds.differences.words import mean_of, named, reached
from reports.page.tables import Column, Table
from reports.page.text import bare_p, count, interval, level_label, name_of, words
from reports.page.verdicts import mark
from reports.stats.estimates import Difference, Estimate, mean_interval, proportion_interval

AS_OURS = "as ours"
NOT_RUN = "no seed to compare"


def settings_table(differing: Differing) -> Table:
    """Return the two settings side by side: one row a switch, then what both share."""
    small = Markup("<small>{}</small>")
    switches = list(differing.switches.items())
    alike = list(differing.alike.items())
    columns = [
        Column("switch", [*(name for name, _ in switches), *(f"{n} (none)" for n, _ in alike)]),
        Column("ours", [*(_values(s, s.ours) for _, s in switches), *(t for _, t in alike)]),
        Column(
            "released",
            [*(_of_released(s) for _, s in switches), *[AS_OURS] * len(alike)],
        ),
        Column(
            "what it is, and where it was read",
            [
                *(small.format(f"{s.says} ({s.source})") for _, s in switches),
                *[""] * len(alike),
            ],
        ),
    ]
    data = pd.DataFrame(
        {
            "switch": [name for name, _ in switches],
            "ours": [str(switch.ours) for _, switch in switches],
            "released": [str(switch.released or switch.ours) for _, switch in switches],
            "on": [str(switch.on) for _, switch in switches],
            "what": [switch.says for _, switch in switches],
            "source": [switch.source for _, switch in switches],
        }
    )
    caption = (
        f"The two settings side by side. Released: {differing.code}. Rows without a switch are "
        "what the search spaces have, unless a trial was planned otherwise."
    )
    return Table("settings", caption, columns, data, interactive=False)


def _of_released(switch: Switch) -> Markup:
    """Return the values of the released setting, or of what is on and in neither setting."""
    if switch.released:
        return _values(switch, switch.released)
    return Markup("as ours; tried:<br>{}").format(_values(switch, switch.neither))


def _values(switch: Switch, values: dict[str, Any]) -> Markup:
    """Return the values of a setting, one a line."""
    short = [f"{path.partition('.')[2]}: {_said(values[path])}" for path in switch.ours]
    return Markup("<br>").join(short)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)


def effects_table(inquiry: Inquiry) -> Table:
    """Return one row a switch and setting that it is changed in: what it does to the margin."""
    effects, measure = inquiry.effects, inquiry.differing.measure
    levels = inquiry.switched.levels
    columns = [
        Column("switch", [each.switch for each in effects]),
        Column("changed", [_base(each) for each in effects]),
        Column(
            f"change of the margin ({measure.unit})" if measure.unit else "change of the margin",
            [_change(each.margin) for each in effects],
            [each.margin.value for each in effects],
        ),
        Column("n", [str(each.margin.n) for each in effects], [each.margin.n for each in effects]),
        Column(
            "Holm p",
            [bare_p(each.adjusted) for each in effects],
            [each.adjusted for each in effects],
        ),
        *(
            Column(
                level,
                [_change(each.levels[level]) for each in effects],
                [each.levels[level].value for each in effects],
                group="change of the level's own number",
            )
            for level in levels
        ),
    ]
    data: dict[str, Sequence[object]] = {
        "switch": [each.switch for each in effects],
        "base": [each.base for each in effects],
        **_spread("margin", [each.margin for each in effects]),
        "p": [each.margin.p for each in effects],
        "p_holm": [each.adjusted for each in effects],
    }
    for level in levels:
        data |= _spread(level, [each.levels[level] for each in effects])
    caption = (
        "The effect of each switch, on less off, paired by seed, with Student's 95 % interval: "
        "switched on from ours, and from the released setting without it. The margin is that of "
        f"{named(measure, measure.subject)} over the best rival of the seed; p by Holm's method "
        f"for {count(len(effects), 'effect')}. Where all seeds agree the interval is a point: no "
        "seed differed, which is not that none could."
    )
    return Table("effects", caption, columns, pd.DataFrame(data))


def _base(effect: Effect) -> str:
    return "on, from ours" if effect.base == "ours" else "on, to released"


def _change(difference: Difference) -> str:
    return interval(difference, signed=True) if difference.n else "–"


def _told(tried: Tried, *, smoke: bool, marked: bool = False) -> str:
    """Return what is said of the statement under a set of switches."""
    if smoke:
        return NOT_TESTED
    if not tried.compared:
        every = len(tried.lacking) == len(tried.numbers)
        return NOT_RUN if every else f"no seed of {words(tried.lacking)}"
    return mark(tried.verdict) if marked else tried.verdict


def sets_table(inquiry: Inquiry, *, smoke: bool) -> Table:
    """Return one row a set of switches: how far each level comes, the margins, the verdict."""
    differing, tried = inquiry.differing, inquiry.tried
    measure = differing.measure
    label = inquiry.switched.labels[measure.metric]
    of_level = f"largest {name_of(measure.along)}" if measure.along else f"test {label}"
    numbers = {lv: [mean_of(each, lv) for each in tried] for lv in inquiry.switched.levels}
    unit = f" ({measure.unit})" if measure.unit else ""
    columns = [
        Column("setting", [differing.label(each.on) for each in tried]),
        Column("the statement", [_told(each, smoke=smoke, marked=True) for each in tried]),
        *(
            Column(level, [reached(e, measure) for e in of], [e.value for e in of], group=of_level)
            for level, of in numbers.items()
        ),
        *(
            Column(
                f"over {rival}",
                [_change(each.margins[rival]) for each in tried],
                [each.margins[rival].value for each in tried],
                group=f"margin of {named(measure, measure.subject)}{unit}",
            )
            for rival in inquiry.switched.rivals
        ),
        *(
            Column(
                f"over {rival}",
                [bare_p(each.adjusted[rival]) if each.margins[rival].n else "–" for each in tried],
                [each.adjusted[rival] for each in tried],
                group="Holm p",
            )
            for rival in inquiry.switched.rivals
        ),
        Column("n", [str(each.n) for each in tried], [each.n for each in tried]),
    ]
    data: dict[str, Sequence[object]] = {
        "setting": [differing.label(each.on) for each in tried],
        "switches_on": [len(each.on) for each in tried],
    }
    for level, of in numbers.items():
        data |= _spread(level, of)
    for rival in inquiry.switched.rivals:
        data |= _spread(f"over_{rival}", [each.margins[rival] for each in tried])
        data |= {f"p_holm_{rival}": [each.adjusted.get(rival) for each in tried]}
    data |= {"verdict": [_told(each, smoke=smoke) for each in tried]}
    caption = (
        "Every set of switches of which a trial was planned: mean over the seeds of how each "
        f"{name_of(measure.factor)} fares, the margins of {named(measure, measure.subject)} with "
        "Student's 95 % interval, two-sided p by Holm's method for all margins of the table, and "
        "whether the statement holds; n is the least number of seeds of a margin."
    )
    return Table("sets", caption, columns, pd.DataFrame(data))


def beside_table(inquiry: Inquiry) -> Table:
    """Return one row a set of switches: the metrics beside the measure, of each level."""
    differing, tried = inquiry.differing, inquiry.tried
    columns = [Column("setting", [differing.label(each.on) for each in tried])]
    data: dict[str, Sequence[object]] = {"setting": columns[0].cells}
    for name in differing.measure.beside:
        for level in inquiry.switched.levels:
            means = [mean_interval(each.beside[name][level]) for each in tried]
            cells = [interval(mean) if mean.n else "–" for mean in means]
            keys = [mean.value for mean in means]
            columns.append(Column(level, cells, keys, group=inquiry.switched.labels[name]))
            data |= _spread(f"{name}_{level}", means)
    caption = (
        "Beside the measure, under every set of switches: mean over the seeds with Student's 95 % "
        "interval of metrics that decide nothing here."
    )
    return Table("beside", caption, columns, pd.DataFrame(data))


def survivors_table(inquiry: Inquiry) -> Table:
    """Return one row a set and level: the seeds that survive and that diverge, by level along."""
    differing, rows = inquiry.differing, inquiry.switched.rows
    measure = differing.measure
    along = sorted(set(rows["x"]))
    kept = survives(rows, measure)
    cells: list[dict[str, object]] = []
    for on in inquiry.switched.sets:
        for level in inquiry.switched.levels:
            own = (rows["on"] == on) & (rows["level"] == level)
            cell: dict[str, object] = {"setting": differing.label(on), "level": level}
            for x in along:
                here = own & (rows["x"] == x)
                ended = int(rows.loc[here, "status"].isin(["ok", "diverged"]).sum())
                cell[f"survived {x:g}"] = int(kept[here].sum())
                cell[f"diverged {x:g}"] = int((rows.loc[here, "status"] == "diverged").sum())
                cell[f"ended {x:g}"] = ended
            cells.append(cell)
    data = pd.DataFrame(cells)
    columns = [
        Column("setting", [str(cell["setting"]) for cell in cells]),
        Column(name_of(measure.factor), [str(cell["level"]) for cell in cells]),
        *(_survivors(data, x) for x in along),
    ]
    caption = (
        f"Seeds that survive, of those whose trials have ended, at each {name_of(measure.along)}; "
        "× is the number that diverged, and the others ended with a value that is no better than "
        f"{measure.beyond_is}."
    )
    return Table("survivors", caption, columns, data)


def _survivors(data: pd.DataFrame, x: float) -> Column:
    shares: list[Estimate] = []
    texts = []
    for _, row in data.iterrows():
        survived, ended = int(row[f"survived {x:g}"]), int(row[f"ended {x:g}"])
        diverged = int(row[f"diverged {x:g}"])
        shares.append(proportion_interval(survived, ended))
        texts.append(f"{survived}/{ended}" + (f", × {diverged}" if diverged else ""))
    return Column(level_label(x), texts, [each.value for each in shares])


def _spread(name: str, estimates: Sequence[Estimate]) -> dict[str, Sequence[object]]:
    return {
        name: [each.value for each in estimates],
        f"{name}_low": [each.low for each in estimates],
        f"{name}_high": [each.high for each in estimates],
        f"{name}_n": [each.n for each in estimates],
    }
