"""The result of a search in words: the best configuration, and whether it beats the default."""

from collections import Counter

from markupsafe import Markup

from reports.kinds.tuning.axes import configuration_in_words
from reports.kinds.tuning.command import confirm_command, train_command
from reports.kinds.tuning.search import Configuration, Search
from reports.layout.outcome import Outcome
from reports.page.text import count, interval, number, p_value, words
from reports.stats.estimates import LEVEL

SAMPLERS = {"tpe": "TPE", "nsgaii": "NSGA-II", "random": "random"}
"""What Optuna's samplers are called in a sentence."""


def setting(search: Search) -> Markup:
    """Return what was searched, how, and how it ended, in one paragraph."""
    n = len(search.configurations)
    axes = "; ".join(axis.in_words for axis in search.axes)
    sentences = [
        f"{_searcher_in_words(search)} {n:,}{_requested_count(search)} configurations over {axes}."
    ]
    if search.scheduler not in ("none", ""):
        sentences.append(f"{search.scheduler.upper()} stopped unpromising trials early.")
    status_counts = Counter(c.status for c in search.configurations)
    endings = [
        f"{m:,} {'with a value' if s == 'ok' else s}" for s, m in status_counts.most_common()
    ]
    sentences.append(f"Of {count(n, 'configuration')}: {words(endings)}.")
    if search.constraints:
        bounds = words([bound.in_words for bound in search.constraints])
        met = sum(map(search.feasible, search.configurations))
        sentences.append(
            f"Of those with a value {met:,} {'meets' if met == 1 else 'meet'} {bounds}."
        )
    return _paragraph(" ".join(sentences))


def headline(search: Search, objective: Outcome) -> list[Markup]:
    """Return the best configuration of one objective, beside the default."""
    best = search.best(objective)
    if best is None:
        return [_paragraph(_why_no_best(search))]
    constraints = words([bound.in_words for bound in search.constraints])
    bounds = f" of the configurations that meet {constraints}" if constraints else ""
    sentence = (
        f"The {objective.best} mean test {objective.label}{bounds}, {_value(best, objective)}, was "
        f"reached by number {best.number}: {configuration_in_words(search.axes, best.values)}."
    )
    return [_paragraph(sentence), _paragraph(_beside_default(search, best, objective))]


def caution(search: Search) -> Markup:
    """Warn that the best of many noisy values is biased towards good results."""
    return _paragraph(
        f"The best of {count(len(search.valued), 'configuration')} was chosen on the same trials "
        "that measure it, which flatters it: its lead is to be confirmed with fresh seeds."
    )


def commands(search: Search, best: Configuration) -> list[Markup]:
    """Return the command lines that run a configuration again, and with fresh seeds."""
    fresh = 1 + max(seed for c in search.configurations for seed in c.seeds)
    train = Markup("<p>Run number {} again, seed {} (trial {}):</p>\n<pre>{}</pre>")
    confirm = Markup(
        "<details><summary>Confirm it with seeds that the search has not seen{}</summary>"
        "<pre>{}</pre></details>"
    )
    confirmed = [confirm_command(best.config, fresh)]
    if search.default and search.default is not best:
        confirmed.append(confirm_command(search.default.config, fresh))
    return [
        train.format(best.number, best.seeds[0], best.trial_ids[0], train_command(best.config)),
        confirm.format(
            f", and {search.start} beside it" if len(confirmed) > 1 else "",
            "\n".join(confirmed),
        ),
    ]


def _beside_default(search: Search, best: Configuration, objective: Outcome) -> str:
    default = search.default
    if default is None:
        return "A grid has no default configuration to compare the best with."
    if best is default:
        return f"That is {search.start}: no other configuration was better."
    if default.status != "ok":
        return f"T{search.start[1:]} (number 0) has no value ({default.status}) to compare it with."
    gap = best.minus(default, objective)
    better = objective.sign * gap.value > 0
    basis = interval(gap, objective.unit, signed=True)
    sentence = f"T{search.start[1:]} (number 0) reached {_value(default, objective)}"
    missed = [bound.in_words for bound in search.constraints if not default.violation(bound) <= 0]
    sentence += f" and violates {words(missed)}. " if missed else ". "
    verdict = "better" if better else "worse" if gap.value else "as good"
    significance = ", and this is shown" if gap.p < 1 - LEVEL else ", but this is not shown"
    reason = f"paired by seed, n = {gap.n}, 95 % interval, {p_value(gap.p)}"
    if gap.n < 2:
        reason = "one seed in common gives no interval"
    return f"{sentence}The best is {verdict}{significance}: best − default = {basis} ({reason})."


def _value(c: Configuration, objective: Outcome) -> str:
    """Return a mean with its values by seed: ``−141 nats (seed 0: −141.6, seed 1: −140.4)``."""
    seeds = [f"seed {seed}: {number(v)}" for seed, v in c.scores[objective.name].items()]
    unit = f" {objective.unit}" if objective.unit else ""
    return f"{number(c.mean(objective).value)}{unit} ({', '.join(seeds)})"


def _why_no_best(search: Search) -> str:
    if not search.configurations:
        return "No configuration has been suggested yet."
    if not search.valued:
        return "No configuration has a value yet."
    bounds = words([bound.in_words for bound in search.constraints])
    return f"No configuration meets {bounds}, so none can be called the best."


def _searcher_in_words(search: Search) -> str:
    if search.name == "optuna":
        sampler = SAMPLERS.get(search.sampler, search.sampler)
        return f"Optuna's {sampler} sampler suggested"
    return "A grid has" if search.name == "grid" else "A random search drew"


def _requested_count(search: Search) -> str:
    return f" of {search.n_requested:,}" if search.n_requested > len(search.configurations) else ""


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)
