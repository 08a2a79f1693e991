"""Whatever is written as an override is understood, or refused with a message; nothing else."""

import contextlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.config.overrides import Overrides, parse
from harness.config.sweep import resolve
from harness.errors import UserError

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False, width=32)
)
KEYS = st.sampled_from(
    [
        *("method", "dataset", "scale", "space", "search", "scheduler", "ray", "metrics", "seeds"),
        *("method.lr", "method.d", "method.transform", "dataset.warp", "scale.epochs", "seed"),
        *(
            "search.constraints",
            "search.objectives",
            "trials",
            "run_dir",
            "ray.num_cpus",
            "nothing",
        ),
    ]
)
VALUES = st.one_of(
    NUMBERS.map(str),
    st.sampled_from(["null", "true", "false", "[]", "{}", "''", "nan", "inf", "1e999", "${x}"]),
    st.text(st.sampled_from(string.printable + "π−✓"), max_size=12),
    st.lists(NUMBERS, max_size=3).map(lambda values: f"choice({','.join(map(str, values))})"),
    st.tuples(NUMBERS, NUMBERS).map(lambda ends: f"interval({ends[0]},{ends[1]})"),
    st.tuples(NUMBERS, NUMBERS).map(lambda ends: f"tag(log,interval({ends[0]},{ends[1]}))"),
)


@QUICK
@given(st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=3))
def test_it_plans_or_it_explains(arguments: list[tuple[str, str]]) -> None:
    try:
        sweep = resolve(["scale=smoke", *(f"{key}={value}" for key, value in arguments)])
    except UserError:
        return
    assert len({trial.trial_id for trial in sweep.trials}) == len(sweep.trials) > 0


@QUICK
@given(st.text(st.sampled_from(string.printable), max_size=20))
def test_any_text_is_an_override_or_none(text: str) -> None:
    with contextlib.suppress(UserError):
        assert parse([text])


@QUICK
@given(NUMBERS)
def test_a_number_is_that_number(number: float) -> None:
    overrides = Overrides()
    (parsed,) = parse([f"method.lr={number}"])
    overrides.add(parsed)
    assert overrides.fixed == {"method.lr": number}


@QUICK
@given(st.lists(NUMBERS, min_size=2, max_size=5, unique=True))
def test_a_choice_is_those_values_in_their_order(values: list[float]) -> None:
    overrides = Overrides()
    (parsed,) = parse([f"method.lr=choice({','.join(map(str, values))})"])
    overrides.add(parsed)
    assert overrides.swept == {"method.lr": values}


@QUICK
@given(st.booleans(), st.sampled_from(["method.lr", "method.d", "scale.epochs", "seed", "seeds"]))
def test_no_boolean_is_a_number(value: bool, key: str) -> None:
    with pytest.raises(UserError, match=f"{key.rpartition('.')[2]}="):
        resolve([f"{key}={str(value).lower()}"])


@QUICK
@given(st.integers(-2, 2), st.sampled_from(["method.identity_offset", "dry_run", "retry_failed"]))
def test_no_number_is_a_boolean(value: int, key: str) -> None:
    with pytest.raises(UserError, match="is not allowed"):
        resolve([f"{key}={value}"])
