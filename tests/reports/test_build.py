import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import reports
from harness.errors import CorruptFileError, UserError
from harness.results import Columns, Results, RunDirectory, TrialRecord, load
from reports.figures.bundles import bundle
from reports.layout.curves import read_curves
from reports.layout.grid import lay_out
from reports.layout.profiles import profiles
from reports.page.figure import robust_limits
from reports.pictures.gallery import gallery
from tests.reports.helpers.reading_html import report, undrawn, undrawn_report
from tests.reports.helpers.synthetic import TRANSFORMS, Sweep, results


def test_robust_limits():
    values = np.r_[np.linspace(-160, -140, 30), -5000.0, np.nan]
    low, high = robust_limits(values)
    assert -165 < low < -160
    assert -140 < high < -135
    low, high = robust_limits(np.array([-5.0, -5.0, -5.0]))
    assert low < -5 < high
    assert robust_limits(np.array([np.nan])) == (0, 1)


def test_an_outlier_is_named_at_the_edge(tmp_path):
    made = results()
    made.trials.loc[0, "metric.elbo"] = -5000.0
    words = undrawn_report(made, tmp_path).words
    assert "1 value outside the frame" in words
    assert "Caution: 1 trial ended with an ELBO that is finite but far from all others" in words
    assert "(1 of affine at learning rate 10⁻⁴)" in words


def test_a_gallery_shows_each_groups_best_trial():
    grid = lay_out(results())
    image = np.random.default_rng(0).random((3, 1, 8, 8))
    shown = []

    def artifact(trial):
        shown.append(trial)
        if trial == shown[0]:
            raise CorruptFileError("torn")
        return {"test_images": image, "reconstructions": (255 * image).astype(np.uint8)}

    figure = gallery(artifact, grid, profiles(grid))
    best = grid.rows.loc[grid.rows.groupby("group")["value"].idxmax()].set_index("group")[
        "trial_id"
    ]
    assert shown == [best[group] for group in TRANSFORMS]
    assert figure.data["group"].tolist() == ["affine_decomp", "affine_diffeo"]
    assert figure.alt.count("test images") == 1  # the same for both
    assert gallery(lambda trial: {}, grid, profiles(grid)) is None


def test_a_run_directory_becomes_a_report(tmp_path):
    """The whole way: written by workers, loaded, reported; images included."""
    made = results(Sweep(seeds=2, rates=(1e-4, 1e-2)))
    columns = Columns(metrics=("elbo",), times=("total",), env={"host": str})
    run = RunDirectory(tmp_path / "run").create(made.sweep, made.plan, columns)
    for row in made.trials.head(-1).to_dict("records"):
        record = TrialRecord(
            **{key: row[key] for key in ("trial_id", "status", "method", "dataset", "seed")},
            data_source="procedural",
            error="the loss is nan" if row["status"] == "diverged" else None,
            params={k.removeprefix("param."): v for k, v in row.items() if k.startswith("param.")},
            metrics={} if row["status"] == "diverged" else {"elbo": row["metric.elbo"]},
            times={"total": 1.0},
            env={"host": "laptop"},
            arrays=dict.fromkeys(
                ("test_images", "reconstructions"),
                np.arange(128, dtype=np.uint8).reshape(8, 1, 4, 4),
            ),
        )
        for point in made.curves[made.curves["trial_id"] == row["trial_id"]].itertuples():
            record.curves.add(point.epoch, point.step, "test", {"elbo": point.value})
        run.write(record)
    loaded = load(tmp_path / "run")
    document = report(loaded, tmp_path)
    assert "Incomplete: of 12 planned trials 1 not finished." in document.words
    assert "Reconstructions" in document.words
    assert isinstance(loaded, Results)


@undrawn()
def test_out_may_be_a_folder(tmp_path):
    path = reports.build(results(), "stability", tmp_path / "some" / "where")
    assert path == tmp_path / "some" / "where" / "stability.html"


def test_an_unknown_kind_is_explained(tmp_path):
    with pytest.raises(UserError, match=re.escape("Did you mean 'stability'?")):
        reports.build(replace(results(), sweep={}), "stabilty", tmp_path)


SEARCH = {"name": "optuna"}


@pytest.mark.parametrize(
    ("sweep", "kind"),
    [
        ({"search": SEARCH, "swept": {"method.lr": ["tag(log,interval(1e-5,0.1))"]}}, "tuning"),
        ({"search": SEARCH, "space": "mine", "report": "ablation"}, "tuning"),
        ({"swept": {"method": ["vae", "c_vitae"], "dataset": ["digits", "glyphs"]}}, "comparison"),
        ({"swept": {"dataset": ["digits", "glyphs"], "method.lr": [1e-3, 1e-2]}}, "comparison"),
        ({"swept": {"method": ["vae", "rodi"]}, "space": "mine", "report": "ablation"}, "ablation"),
        ({"swept": {"method": ["vae", "rodi"]}, "space": "mine", "report": ""}, "comparison"),
        ({"swept": {"method.lr": [1e-3, 1e-2], "method.d": [2, 4]}, "report": "x"}, "stability"),
        ({"swept": {"method.lr": [1e-3, 1e-2]}}, "stability"),
        (
            {"swept": {"method.lr": [1e-3, 1e-2], "method.d": [2, 4], "method.beta": [1, 2]}},
            "ablation",
        ),
        ({"swept": {"method.beta": [1, 4]}}, "ablation"),
        ({"swept": {}}, "comparison"),
        ({"report": "stability"}, "comparison"),
        ({}, "comparison"),
    ],
)
def test_the_kind_follows_from_what_was_swept(sweep, kind):
    chosen, why = reports.default_kind(sweep)
    assert chosen == kind
    assert why


@undrawn()
def test_an_unwritable_place_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        reports.build(results(), None, tmp_path / "file" / "report.html")


def test_a_diverged_trial_without_a_curve_is_counted_in_its_panel():
    made = results()
    curveless = made.curves[made.curves["trial_id"] != f"{10:012x}"]
    grid = lay_out(made)
    found = bundle(grid, read_curves(curveless), "affine", 1e-2)
    assert (len(found.values), int(found.diverged.sum())) == (5, 5)


def test_a_report_under_another_extension_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"name .*report\.html rather than .*report\.txt"):
        reports.build(results(), "stability", tmp_path / "report.txt")
    assert not (tmp_path / "report.txt").exists()


MY_REPORT = """
from harness.results import Results
from markupsafe import Markup
from reports.page.page import Page, Section

def page(results: Results) -> Page:
    note = Markup("<p>{} trials.</p>").format(len(results.trials))
    return Page("Mine", "", Markup(""), [Section("All", [note])])

def nothing(results: Results) -> None:
    return None

number = 3
"""


@pytest.fixture
def outside(tmp_path, monkeypatch):
    (tmp_path / "report_of_the_tests.py").write_text(MY_REPORT)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("outside")
def test_a_kind_of_report_may_come_from_outside(tmp_path):
    path = reports.build(results(), "report_of_the_tests.page", tmp_path / "out")
    assert path.name == "report_of_the_tests_page.html"
    assert "<h1>Mine</h1>" in path.read_text()
    assert f"{len(results().trials)} trials." in path.read_text()


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("report_of_the_tests.nothing", "returned NoneType; it must return"),
        ("report_of_the_tests.number", "is not a kind of report"),
        ("report_of_the_tests.pages", "has no 'pages'"),
        ("no_such_module.page", "there is no module 'no_such_module'"),
    ],
)
def test_what_is_no_kind_of_report_is_explained(kind, said, tmp_path):
    with pytest.raises(UserError, match=re.escape(said)):
        reports.build(results(), kind, tmp_path)


def test_a_kind_imports_nothing_of_the_others():
    code = (
        "import sys; from reports import KINDS; KINDS.load('stability'); "
        "sys.exit(any(name in sys.modules for name in ('optuna', 'torch', 'reports.kinds.tuning')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
