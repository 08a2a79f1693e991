"""A training step of the methods that learn from pairs, and what making the pairs costs of it."""

import statistics

from benchmarks.data import by_turns, pass_over
from benchmarks.steps import epochs, one_trial
from benchmarks.tables import Measured, print_table
from harness.data.batches.pair_sampler import PairSampler
from harness.datasets.registry import load_dataset
from harness.trial.process import prepare_process

CASES = (
    *(["method=rodi", f"method.variant={variant}"] for variant in "abcde"),
    ["method=bvae"],
    ["method=cycle_vae"],
    *(["method=atsdm", f"method.first_share={share}"] for share in (1, 0)),
    ["method=drnet"],
)
BATCH, IMAGES = 64, 640


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds a step at scale small on glyphs, and the share that the pairs take."""
    prepare_process(threads=1)
    rows, measured = [], []
    for case in CASES:
        trial = one_trial(
            [*case, "dataset=glyphs", f"scale.batch_size={BATCH}", "scale.epochs=100000"]
        )
        dataset = load_dataset(trial.dataset, None).limited(IMAGES)
        pairs = PairSampler(dataset.train, dataset.identity_factor, None, "cpu", BATCH)
        training = epochs(trial, dataset)
        steps = len(pairs), lambda training=training: next(training)
        seconds = by_turns({"step": steps, "pairs": pass_over(pairs)}, rounds=2 if quick else 12)
        shares = zip(seconds["pairs"], seconds["step"], strict=True)
        share = statistics.median(taken / step for taken, step in shares)
        name = " ".join(word.replace("method=", "").replace("method.", "") for word in case)
        times = (f"{1e3 * statistics.median(seconds[of]):.2f}" for of in ("step", "pairs"))
        rows.append((name, *times, f"{share:.1%}"))
        measured.append(Measured(f"h. pairs' share of a step: {name}", 100 * share, "%"))
    title = f"h. Milliseconds a step and a batch of {BATCH} pairs of glyphs, scale=small"
    print_table(title, ("", "step", "pairs", "share"), rows)
    return measured
