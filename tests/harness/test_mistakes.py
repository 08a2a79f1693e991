"""Every mistake in a command is named with its remedy, before Ray starts and a file is written."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from harness.cli import main
from tests.harness.data.idx_files import write, write_mnist

Capture = pytest.CaptureFixture[str]


def complaint(capture: Capture, *arguments: str) -> str:
    """Return what a command that must be refused says; it says it on stderr alone."""
    capture.readouterr()
    assert main(arguments) == 2
    said = capture.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"unbraid {arguments[0]}: ")
    assert "Traceback" not in said.err
    return said.err


IN_THE_CONFIGURATION = {
    # Unknown words, with the nearest known one.
    "method.lrr=1e-3": "Unknown key 'method.lrr'. Did you mean 'method.lr'?",
    "lr=1e-3": "Unknown key 'lr'. Did you mean 'method.lr'?",
    "lr=choice(1e-3,1e-2)": "Unknown key 'lr'. Did you mean 'method.lr'?",
    "method.epochs=3": "Unknown key 'method.epochs'. Did you mean 'scale.epochs'?",
    "metod=vae": "Unknown key 'metod'. Did you mean 'method'?",
    "sedes=3": "Unknown key 'sedes'. Did you mean 'seeds'?",
    "method.zzz=1": "Unknown key 'method.zzz'. Known: method.lr, method.beta,",
    "ray.num_cpu=2": "Unknown key 'ray.num_cpu'. Did you mean 'ray.num_cpus'?",
    "space=vitae_stabilty": "no search space 'vitae_stabilty'. Did you mean 'vitae_stability'?",
    "space=nowhere.yaml": "no search space 'nowhere.yaml'",
    "method=c_vita": "unknown method 'c_vita'; known: c_vitae, u_vitae, vae. "
    "Name a method of your own by its dotted path, like my_package.MyMethod. "
    "Did you mean 'c_vitae'?",
    "method=choice(vae,c_vita)": "unknown method 'c_vita'",
    "method._target_=no_such_package.M": "there is no module 'no_such_package'",
    "method._target_=pathlib.Path": "'pathlib.Path' is not a method",
    "dataset=mnst": "There is no dataset 'mnst'. Did you mean 'mnist'? Known: digits, glyphs, mnist",
    "scale=smal": "There is no scale 'smal'. Did you mean 'small'? Known: paper, small, smoke.",
    "ray=clusterr": "There is no ray 'clusterr'. Did you mean 'cluster'?",
    "search=random": "There is no search 'random'. Known: grid.",
    "metrics=[elbo,msee]": "There is no metric 'msee'. Did you mean 'mse'? Known: elbo, mse.",
    "metrics=elbo": "write a list, metrics=[elbo]",
    "metrics=null": "write a list of elbo, mse",
    "metrics=[]": "write a list of elbo, mse",
    # Impossible values.
    "method.d=0": "method.d=0 is not allowed: d must be greater than or equal to 1",
    "method.d=2.5": "method.d=2.5 is not allowed: d must be a valid integer",
    "method.transform=afine": "must be 'affine', 'affine_decomp' or 'affine_diffeo'. "
    "Did you mean 'affine'?",
    "method.transform=choice(affine,afine)": "method.transform=afine is not allowed",
    "method.lr=-1e-3": "method.lr=-0.001 is not allowed: lr must be greater than 0",
    "method.lr=0": "method.lr=0 is not allowed: lr must be greater than 0",
    "method.lr=nan": "method.lr=nan is not a finite number",
    "method.lr=inf": "method.lr=inf is not a finite number",
    "method.lr=choice(1e-3,nan)": "method.lr=nan is not a finite number",
    "method.lr=fast": "method.lr=fast is not allowed: lr must be a valid number",
    "method.lr=${nothing}": "Interpolation key 'nothing' not found",
    "method.appearance_encoder_widths=[0]": "must be greater than or equal to 1",
    "scale.batch_size=0": "scale.batch_size=0 is not allowed: batch_size must be greater than",
    "scale.warmup_fraction=2": "warmup_fraction must be less than or equal to 1",
    "dataset.warp=frsh": "Did you mean 'fresh'?",
    "seeds=0": "seeds=0 is not allowed: seeds must be greater than 0",
    "seed=-1": "seed=-1 is not allowed: seed must be greater than or equal to 0",
    "seed=99999999999999999999": "seed must be less than 4294967296",
    "ray.num_cpus=0": "ray.num_cpus=0 is not allowed",
    "device=gpu": "device=gpu is not allowed: device must be 'auto', 'cpu' or 'cuda'",
    "run_dir=nowhere://x": "A run directory is a path or a URI such as s3://bucket/run",
    # What cannot be swept, or not like this.
    "method.lr=interval(1e-4,1e-1)": "needs a finite list of values; write method.lr=choice(",
    "method.lr=glob(*)": "needs a finite list of values",
    "seeds=choice(1,2)": "'seeds' cannot be swept, because it is no axis of a trial",
    "device=choice(cpu,cuda)": "'device' cannot be swept",
    "ray.num_cpus=choice(1,2)": "'ray.num_cpus' cannot be swept",
    "ray=choice(local,cluster)": "'ray' cannot be swept",
    "metrics=choice([elbo],[mse])": "'metrics' cannot be swept",
    "space=choice(vitae_stability,other)": "Give one search space: space=NAME.",
    # Not in the grammar.
    "method.lr": "Cannot read 'method.lr'. Write key=value, for example method.lr=1e-3",
    "method.lr=choice(1e-3": "quote brackets for the shell",
    "+method.gamma=1": "every key exists already; write it without + ~ or @",
    "~method.lr": "write it without + ~ or @",
    "dataset@data=digits": "write it without + ~ or @",
    # Missing data.
    "dataset=mnist": "The dataset 'mnist' needs a folder with data. Set the folder with "
    "data_root=FOLDER or the environment variable UNBRAID_DATA",
}


@pytest.mark.parametrize("argument", IN_THE_CONFIGURATION)
def test_mistake_in_the_configuration(workplace: Path, capsys: Capture, argument: str) -> None:
    said = complaint(capsys, "sweep", "run_dir=run", argument)
    assert IN_THE_CONFIGURATION[argument] in said
    assert list(workplace.iterdir()) == []


def test_method_without_what_the_space_sweeps(workplace: Path, capsys: Capture) -> None:
    said = complaint(capsys, "sweep", "space=vitae_stability", "method=vae")
    assert "Unknown key 'method.transform' of method=vae. Known: method.lr," in said
    assert list(workplace.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("command", ["sweep", "train"])
def test_cuda_without_a_gpu(workplace: Path, capsys: Capture, command: str) -> None:
    for more in ([], ["dry_run=true"]):
        said = complaint(capsys, command, "run_dir=run", "device=cuda", *more)
        assert "device=cuda, but torch sees no GPU here. Use device=cpu" in said
    assert list(workplace.iterdir()) == []


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("method.lr=choice(1e-4,1e-3)", "method.lr"),
        ("method=choice(vae,c_vitae)", "method"),
        ("space=vitae_stability", "method.transform"),
    ],
)
def test_train_sweeps_nothing(workplace: Path, capsys: Capture, argument: str, named: str) -> None:
    said = complaint(capsys, "train", argument)
    assert f"'{named}' asks for several trials: use `unbraid sweep`." in said
    assert list(workplace.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("titel: x", "Unknown key 'space mine.titel'. Did you mean 'title'?"),
        ("source: x", "'space mine.title' is missing"),
        ("title: x\nsweep: {method.lr: 3}", "sweep must be a valid string"),
        ("title: x\nsweep: {method.lr: 'interval(1,2)'}", "needs a finite list"),
        ("title: [", "mine.yaml is not valid YAML"),
        ("- title", "mine.yaml is no search space: it needs title, fixed and sweep"),
    ],
)
def test_search_space_of_the_users(
    workplace: Path, capsys: Capture, content: str, message: str
) -> None:
    (workplace / "mine.yaml").write_text(content)
    assert message in complaint(capsys, "sweep", "space=mine.yaml")
    assert [path.name for path in workplace.iterdir()] == ["mine.yaml"]


def test_missing_data_files_are_each_named(workplace: Path, capsys: Capture) -> None:
    write_mnist(workplace / "data")
    missing = ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte")
    for name in missing:
        (workplace / "data" / name).unlink()
    said = complaint(capsys, "sweep", "dataset=mnist", "data_root=data", "run_dir=run")
    assert f"Files of the dataset 'mnist' are missing: {', '.join(missing)} (" in said
    assert "put into FOLDER/mnist the four files of https://" in said
    assert not (workplace / "run").exists()


@pytest.mark.parametrize("command", ["sweep", "train"])
def test_damaged_data_files(workplace: Path, capsys: Capture, command: str) -> None:
    path = workplace / "data" / "t10k-images-idx3-ubyte"
    run = [command, "dataset=mnist", "data_root=data", "run_dir=run"]
    write_mnist(path.parent)
    content = path.read_bytes()
    write(path, content[:-1], zipped=False)
    assert "t10k-images-idx3-ubyte is truncated" in complaint(capsys, *run)
    write(path, b"\x00\x00\x08\x01" + content[4:], zipped=False)
    said = complaint(capsys, *run)
    assert "should be an IDX file of images (magic number 2051) but is one of labels" in said
    assert not (workplace / "run").exists()


@pytest.mark.parametrize("command", ["sweep", "train"])
def test_run_directory_that_cannot_be(workplace: Path, capsys: Capture, command: str) -> None:
    (workplace / "file").write_text("mine")
    (workplace / "papers").mkdir()
    (workplace / "papers" / "draft.tex").write_text("mine")
    for place, message in {
        "file": "file is a file; a run directory must be a directory",
        "file/run": "Check the permissions or choose another run directory",
        "papers": "holds no run but other files: draft.tex. Choose a new or empty directory",
    }.items():
        assert message in complaint(capsys, command, "scale=smoke", f"run_dir={place}")
    assert sorted(path.name for path in workplace.rglob("*")) == ["draft.tex", "file", "papers"]


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="nobody, not even root, writes to /proc"
)
def test_unwritable_run_directory(workplace: Path, capsys: Capture) -> None:
    said = complaint(capsys, "sweep", "scale=smoke", "run_dir=/proc/unbraid")
    assert "cannot write /proc/unbraid" in said
    assert "Check the permissions or choose another run directory" in said


@pytest.mark.usefixtures("workplace")
def test_run_directory_of_a_different_sweep(finished_run: Path, capsys: Capture) -> None:
    before = snapshot(finished_run)
    data = ["dataset=mnist", f"data_root={finished_run.parent / 'data'}", "scale=smoke"]
    different = [*data, f"run_dir={finished_run}", "method=vae", "method.lr=1e-2"]
    for command in ("sweep", "train"):
        said = complaint(capsys, command, *different)
        assert f"{finished_run} holds a different sweep" in said
        assert "param.method.lr: 0.0001 only there, 0.01 only here" in said
        assert "Choose another run directory for this sweep" in said
    assert snapshot(finished_run) == before


@pytest.mark.parametrize("command", ["report", "status", "resume"])
def test_what_is_no_run(workplace: Path, capsys: Capture, command: str) -> None:
    (workplace / "file").write_text("mine")
    (workplace / "papers").mkdir()
    (workplace / "papers" / "draft.tex").write_text("mine")
    for place, message in {
        "nowhere": "nowhere does not exist or is empty: expected plan.parquet in it.",
        "file": "file is a file; expected a run directory (with plan.parquet)",
        "papers": "papers holds no run: expected plan.parquet in it.",
        "nowhere://x": "A run directory is a path or a URI",
    }.items():
        assert message in complaint(capsys, command, place)
    assert sorted(path.name for path in workplace.rglob("*")) == ["draft.tex", "file", "papers"]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("command", ["report", "status", "resume"])
def test_runs_below_are_named(finished_run: Path, capsys: Capture, command: str) -> None:
    said = complaint(capsys, command, str(finished_run.parent))
    assert "It contains runs: run; name one of them." in said


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("method.lr=1e-4", "resume runs the plan as it stands; only ray.*, device, data_root,"),
        ("method.lr=choice(1e-4,1e-3)", "For other trials start another sweep."),
        ("seeds=4", "resume runs the plan as it stands"),
        ("scale=paper", "resume runs the plan as it stands"),
        ("run_dir=elsewhere", "resume runs the plan as it stands"),
        ("device=choice(cpu,cuda)", "'device=choice(cpu,cuda)': this cannot be swept"),
        ("device=gpu", "device must be 'auto', 'cpu' or 'cuda'"),
        ("ray.nu_cpus=1", "Unknown key 'ray.nu_cpus'. Did you mean 'num_cpus'?"),
        ("ray.num_cpus=0", "ray.num_cpus=0 is not allowed"),
        ("data_root=nowhere", "Files of the dataset 'mnist' are missing"),
    ],
)
def test_resume_changes_no_plan(
    finished_run: Path, capsys: Capture, argument: str, message: str
) -> None:
    before = snapshot(finished_run)
    assert message in complaint(capsys, "resume", str(finished_run), argument)
    assert snapshot(finished_run) == before


def test_report_of_no_known_kind_or_to_no_place(
    workplace: Path, finished_run: Path, capsys: Capture
) -> None:
    (workplace / "file").write_text("mine")
    run = str(finished_run)
    said = complaint(capsys, "report", run, "--kind", "stabilty")
    assert "There is no report 'stabilty'. Did you mean 'stability'? Reports: " in said
    said = complaint(capsys, "report", run, "--out", "file/report.html")
    assert "The report cannot be written to file/report.html" in said
    assert "Name another file with --out FILE." in said
    assert [path.name for path in workplace.rglob("*")] == ["file"]


@pytest.mark.usefixtures("workplace")
def test_listing_what_there_is_not(capsys: Capture) -> None:
    assert "unknown method 'c_vita'" in complaint(capsys, "list", "methods", "c_vita")
    said = complaint(capsys, "list", "datasets", "digits")
    assert "Only methods are listed one by one: `unbraid list datasets`" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["swep"], "invalid choice: 'swep'"),
        (["list"], "the following arguments are required: what"),
        (["list", "method"], "invalid choice: 'method'"),
        (["status"], "the following arguments are required: run_dir"),
        (["report", "run", "--king", "stability"], "unrecognized arguments: --king"),
    ],
)
def test_command_line_that_is_none(capsys: Capture, arguments: list[str], message: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err


def test_ray_is_not_even_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from harness.cli import main; "
        "code = main(['sweep', 'run_dir=run', 'method.lr=-1']); "
        "sys.exit(99 if 'ray' in sys.modules else code)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert result.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_where_an_error_comes_from() -> None:
    from harness.errors import UserError

    with pytest.raises(UserError, match="must be greater than 0"):
        main(["--debug", "sweep", "method.lr=-1"])


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
