"""What AWS says of a cluster before it is started: keys, machines, images, roles, the bucket.

Everything here needs boto3, and keys as AWS's own tools find them; none starts a machine.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from harness.cluster.file import machine_types
from harness.cluster.findings import Finding
from harness.errors import UserError

PROFILES = (
    "aws cloudformation deploy --template-file docs/clusters/aws-roles.yaml --stack-name unbraid "
    "--capabilities CAPABILITY_NAMED_IAM --parameter-overrides Bucket=YOUR-BUCKET"
)


def findings(cluster: Mapping[str, Any], bucket: str | None) -> Iterator[Finding]:
    """Yield what AWS says of a cluster whose schema is right.

    Args:
        cluster: as ``harness.cluster.file.read`` returns it.
        bucket: written to and deleted from once; None where the file names none.

    Raises:
        UserError: boto3 is not installed.
    """
    try:
        import boto3
    except ImportError:
        raise UserError(
            "boto3 is not installed here, which asks AWS: pip install -c constraints.txt "
            "-e '.[cluster]'"
        ) from None
    session = boto3.Session(region_name=cluster["provider"].get("region"))
    if session.get_credentials() is None:
        yield Finding(
            "keys",
            "no AWS keys are found here: run `aws configure`, or set AWS_PROFILE. Machines, roles "
            "and the bucket were not looked at",
            ok=False,
        )
        return
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except Exception as error:
        yield Finding("keys", f"AWS refuses the keys found here: {error}", ok=False)
        return
    yield Finding("keys", f"for the AWS account {account}", ok=True)
    yield from _machines(session.client("ec2"), cluster)
    yield from _roles(session.client("iam"), cluster)
    if bucket:
        yield _bucket(session.client("s3"), bucket)


def _asked(topic: str, good: str, ask: Callable[[], object], remedy: str) -> Finding:
    """Return whether a question to AWS is answered; the answer itself is not looked at."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        ask()
    except (BotoCoreError, ClientError) as error:
        return Finding(topic, f"{error}. {remedy}", ok=False)
    return Finding(topic, good, ok=True)


def _machines(ec2: Any, cluster: Mapping[str, Any]) -> Iterator[Finding]:
    region = cluster["provider"].get("region")
    for machine in dict.fromkeys(kind.machine for kind in machine_types(cluster)):
        yield _asked(
            "machine",
            f"{machine} is a type in {region}",
            partial(ec2.describe_instance_types, InstanceTypes=[machine]),
            "Set another InstanceType or region.",
        )
    for image in dict.fromkeys(_values(cluster, "ImageId")):
        yield _asked(
            "image",
            f"{image} is there in {region}",
            partial(ec2.describe_images, ImageIds=[image]),
            f"Every region has ids of its own: set ImageId to one of {region}.",
        )


def _roles(iam: Any, cluster: Mapping[str, Any]) -> Iterator[Finding]:
    names = [profile.get("Name") for profile in _values(cluster, "IamInstanceProfile")]
    for name in dict.fromkeys(filter(None, names)):
        yield _asked(
            "role",
            f"{name} is there",
            partial(iam.get_instance_profile, InstanceProfileName=name),
            f"Make the roles and the bucket once: {PROFILES}",
        )


def _values(cluster: Mapping[str, Any], key: str) -> list[Any]:
    """Return what all types of machines have under one key of AWS's."""
    configs = [node["node_config"] for node in cluster.get("available_node_types", {}).values()]
    return [config[key] for config in configs if key in config]


def _bucket(s3: Any, bucket: str) -> Finding:
    name = f"unbraid-check-{uuid.uuid4().hex}"

    def write() -> None:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
        s3.delete_object(Bucket=bucket, Key=name)

    return _asked(
        "bucket",
        f"s3://{bucket} can be written and deleted from",
        write,
        f"A bucket has one name in the world; make it and its roles once: {PROFILES}",
    )
