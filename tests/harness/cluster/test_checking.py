"""`unbraid cluster check`: each mistake is found before money is spent; AWS is moto's."""

import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from harness.cli import main
from harness.cluster.checking import findings

ROOT = Path(__file__).parents[3]
REGION = "us-west-2"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without keys, with Ray's token."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("token")
    return tmp_path


@pytest.fixture
def aws(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An account with bucket and roles; yields an image."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # a second a region
    with mock_aws():
        s3, iam = boto3.client("s3", REGION), boto3.client("iam", REGION)
        where = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration=where)
        for role in ("unbraid-head", "unbraid-worker"):
            iam.create_instance_profile(InstanceProfileName=role)
        yield boto3.client("ec2", REGION).register_image(Name="ours")["ImageId"]


def ours(home: Path, image: str, bucket: str = "a-bucket", **changes: str) -> Path:
    """cluster.yaml as a user has filled it in, with further words replaced."""
    text = (ROOT / "cluster.yaml").read_text()
    for word, by in {"ami-SET-ME": image, "YOUR-BUCKET": bucket, **changes}.items():
        text = text.replace(word, by)
    file = home / "cluster.yaml"
    file.write_text(text)
    return file


def bad(file: Path) -> dict[str, str]:
    return {found.topic: found.text for found in findings(file) if found.ok is False}


def test_a_cluster_that_can_be_started(
    home: Path, aws: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cluster", "check", str(ours(home, aws))]) == 0
    out = capsys.readouterr().out
    assert "ok   bucket   s3://a-bucket can be written" in out
    assert "-    at most  5.12 USD an hour with 4 GPUs" in out
    assert boto3.client("s3", REGION).list_objects_v2(Bucket="a-bucket")["KeyCount"] == 0


def test_what_aws_does_not_have(home: Path, aws: str) -> None:
    file = ours(home, "ami-1234567890abcdef0", "b-bucket", **{"g5.2xlarge": "g5.3xlarge"})
    found = bad(file)
    assert found.keys() == {"machine", "image", "bucket"}
    assert "InstanceType" in found["machine"]
    assert "cloudformation deploy" in found["bucket"]


def test_a_role_that_was_not_made(home: Path, aws: str) -> None:
    boto3.client("iam", REGION).delete_instance_profile(InstanceProfileName="unbraid-worker")
    assert "unbraid-worker" in bad(ours(home, aws))["role"]


def test_as_it_comes_the_file_has_words_to_set(home: Path) -> None:
    found = [each for each in findings(ROOT / "cluster.yaml") if each.ok is False]
    assert {each.topic for each in found} == {"to set", "keys"}
    places = " ".join(each.text for each in found)
    assert "ami-SET-ME" in places
    assert "YOUR-BUCKET" in places


def test_no_keys_no_token_no_folder(home: Path) -> None:
    (home / ".ray/auth_token").unlink()
    found = bad(ours(home, "ami-1"))
    assert "aws configure" in found["keys"]
    assert "ray.init()" in found["files"]


def test_the_schema_comes_first(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ours(home, "ami-1", **{"max_workers: 4": "max_workers: four"})
    assert main(["cluster", "check", str(file)]) == 1
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "max_workers: 'four' is not of type 'integer'" in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [", "is no YAML"),
        ("- 1", "describes no cluster"),
        ("provider: aws", "describes no cluster"),
        ("apiVersion: ray.io/v1\nkind: RayCluster\n", "kubectl apply --dry-run"),
        ("apiVersion: ray.io/v1\n---\napiVersion: ray.io/v1\n", "kubectl apply --dry-run"),
        (None, "cannot read"),
        (b"\xff\xfe\x00", "cannot read"),
    ],
)
def test_files_that_are_no_clusters(
    content: str | bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "some.yaml"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["cluster", "check", str(file)]) == 2
    assert said in capsys.readouterr().err


def test_without_boto3(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert main(["cluster", "check", "cluster.yaml"]) == 2
    assert "pip install -c constraints.txt -e '.[cluster]'" in capsys.readouterr().err


def test_machines_one_has_need_no_keys(home: Path) -> None:
    text = (ROOT / "docs/clusters/local.yaml").read_text()
    listed = [found.text for found in findings(ROOT / "docs/clusters/local.yaml") if not found.ok]
    marked = [line.split(":")[0].strip() for line in text.splitlines() if line.endswith("# <-")]
    for key in set(marked) - {"ssh_private_key"}:  # a path that may be right as it is
        assert any(f".{key}: " in said for said in listed), key
    text = text.replace("YOUR-USER", "me").replace("192.0.2.", "10.0.0.")
    (home / "local.yaml").write_text(text)
    assert bad(home / "local.yaml") == {}
    (home / "local.yaml").write_text(text.replace("worker_ips", "worker_addresses"))
    assert "schema" in bad(home / "local.yaml")
