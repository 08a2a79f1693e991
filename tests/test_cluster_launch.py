"""What `ray up cluster.yaml` asks AWS for, and which workers the autoscaler then takes.

Ray's own launcher code runs here, against moto's AWS in this process; no machine is started.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from ray.autoscaler._private.aws import node_provider, utils
from ray.autoscaler._private.aws.node_provider import AWSNodeProvider
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.autoscaler.tags import (
    TAG_RAY_CLUSTER_NAME,
    TAG_RAY_LAUNCH_CONFIG,
    TAG_RAY_NODE_KIND,
    TAG_RAY_USER_NODE_TYPE,
)
from ray.autoscaler.v2.instance_manager.config import AutoscalingConfig
from ray.autoscaler.v2.scheduler import ResourceDemandScheduler, SchedulingRequest
from ray.autoscaler.v2.utils import ResourceRequestUtil

ROOT = Path(__file__).parents[1]
REGION = "us-west-2"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An AWS account with the stack of aws-roles.yaml in it."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))  # Ray writes its key to ~/.ssh
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # a second a region
        for name in ("AWS_PROFILE", "AWS_CONFIG_FILE"):
            patch.delenv(name, raising=False)
        caches = (utils.resource_cache, utils.client_cache)
        for cache in caches:
            cache.cache_clear()
        boto3.client("cloudformation", REGION).create_stack(
            StackName="unbraid",
            TemplateBody=(ROOT / "docs/clusters/aws-roles.yaml").read_text(),
            Parameters=[{"ParameterKey": "Bucket", "ParameterValue": "a-bucket"}],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        yield
        for cache in caches:
            cache.cache_clear()


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def our_instances(region: str, credentials: object = None) -> list[dict[str, Any]]:
    """Ray lists all 900 types, which moto takes ten seconds for."""
    ours = ["m5.xlarge", "g5.2xlarge"]
    described = boto3.client("ec2", region).describe_instance_types(InstanceTypes=ours)
    found: list[dict[str, Any]] = described["InstanceTypes"]
    return found


@pytest.fixture(scope="module")
def cluster(aws: None, monkeypatch_module: pytest.MonkeyPatch) -> dict[str, Any]:
    """The file after the steps of `ray up` that come before the first machine."""
    image = boto3.client("ec2", REGION).register_image(Name="ours")["ImageId"]
    text = (ROOT / "cluster.yaml").read_text().replace("ami-SET-ME", image)
    prepared = prepare_config(yaml.safe_load(text))
    monkeypatch_module.setattr(node_provider, "list_ec2_instances", our_instances)
    filled = AWSNodeProvider.fillout_available_node_types_resources(prepared)
    validate_config(filled)
    bootstrapped: dict[str, Any] = AWSNodeProvider.bootstrap_config(filled)
    return bootstrapped


def start(cluster: dict[str, Any], kind: str) -> dict[str, Any]:
    """Start a machine of one type as the launcher or the autoscaler does; return AWS's view."""
    tags = {
        TAG_RAY_NODE_KIND: "head" if kind == "head" else "worker",
        TAG_RAY_USER_NODE_TYPE: kind,
        TAG_RAY_LAUNCH_CONFIG: "hash",
    }
    provider = AWSNodeProvider(cluster["provider"], cluster["cluster_name"])
    config = dict(cluster["available_node_types"][kind]["node_config"])
    (instance,) = provider.create_node(config, tags, 1)
    found = boto3.client("ec2", REGION).describe_instances(InstanceIds=[instance])
    described: dict[str, Any] = found["Reservations"][0]["Instances"][0]
    return described


@pytest.mark.parametrize(
    ("kind", "instance_type", "spot", "role"),
    [
        ("head", "m5.xlarge", False, "unbraid-head"),
        ("gpu_spot", "g5.2xlarge", True, "unbraid-worker"),
        ("gpu_on_demand", "g5.2xlarge", False, "unbraid-worker"),
    ],
)
def test_a_machine_of_each_type(
    cluster: dict[str, Any], kind: str, instance_type: str, spot: bool, role: str
) -> None:
    machine = start(cluster, kind)
    assert machine["InstanceType"] == instance_type
    assert machine.get("InstanceLifecycle") == ("spot" if spot else None)
    assert machine["IamInstanceProfile"]["Arn"].endswith(f"instance-profile/{role}")
    assert machine["KeyName"] == f"ray-autoscaler_{REGION}"
    tags = {tag["Key"]: tag["Value"] for tag in machine["Tags"]}
    assert tags[TAG_RAY_CLUSTER_NAME] == "unbraid"
    assert tags[TAG_RAY_USER_NODE_TYPE] == kind


def test_strangers_reach_ssh_and_nothing_else(cluster: dict[str, Any]) -> None:
    groups = {
        group
        for node in cluster["available_node_types"].values()
        for group in node["node_config"]["SecurityGroupIds"]
    }
    described = boto3.client("ec2", REGION).describe_security_groups(GroupIds=sorted(groups))
    for group in described["SecurityGroups"]:
        for rule in group["IpPermissions"]:
            if rule["IpRanges"] or rule.get("Ipv6Ranges") or rule.get("PrefixListIds"):
                assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 22, 22)
            else:
                assert {pair["GroupId"] for pair in rule["UserIdGroupPairs"]} <= groups
        assert len(group["IpPermissions"]) == 2


def test_the_key_is_for_its_owner_alone(cluster: dict[str, Any]) -> None:
    key = Path(cluster["auth"]["ssh_private_key"])
    assert key.stat().st_mode & 0o077 == 0


def test_types_hold_what_the_instances_have(cluster: dict[str, Any]) -> None:
    types = cluster["available_node_types"]
    assert types["head"]["resources"]["CPU"] == 0
    assert types["gpu_spot"]["resources"] == types["gpu_on_demand"]["resources"]
    assert (types["gpu_spot"]["resources"]["CPU"], types["gpu_spot"]["resources"]["GPU"]) == (8, 1)


def test_workers_may_touch_the_bucket_and_start_nothing(aws: None) -> None:
    iam = boto3.client("iam", REGION)
    (policy,) = iam.list_attached_role_policies(RoleName="unbraid-worker")["AttachedPolicies"]
    arn = policy["PolicyArn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    for statement in document["Statement"]:
        assert all(action.startswith("s3:") for action in statement["Action"])
        assert statement["Resource"].startswith("arn:aws:s3:::a-bucket")
    assert iam.list_role_policies(RoleName="unbraid-worker")["PolicyNames"] == []


def test_nobody_else_reaches_the_bucket() -> None:
    template = (ROOT / "docs/clusters/aws-roles.yaml").read_text()
    for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls"):
        assert f"{name}: true" in template
    assert "RestrictPublicBuckets: true" in template


def taken(cluster: dict[str, Any], trials: int) -> Counter[str]:
    """Ask the autoscaler what it starts for so many trials of one GPU each."""
    config = AutoscalingConfig({**cluster, "file_mounts": {}})
    requests = [ResourceRequestUtil.make({"GPU": 1, "CPU": 1})] * trials
    reply = ResourceDemandScheduler(event_logger=None).schedule(
        SchedulingRequest(
            disable_launch_config_check=True,
            node_type_configs=config.get_node_type_configs(),
            max_num_nodes=config.get_max_num_nodes(),
            resource_requests=ResourceRequestUtil.group_by_count(requests),
        )
    )
    return Counter({launch.instance_type: launch.count for launch in reply.to_launch})


def test_spot_comes_first_and_on_demand_when_spot_is_at_its_most(cluster: dict[str, Any]) -> None:
    assert taken(cluster, 1) == {"gpu_spot": 1}
    assert taken(cluster, 3) == {"gpu_spot": 3}
    assert taken(cluster, 100) == {"gpu_spot": 3, "gpu_on_demand": 1}


def test_without_spot_machines_the_count_of_those_on_demand_is_what_runs(
    cluster: dict[str, Any],
) -> None:
    types = cluster["available_node_types"]
    moved = {
        **types,
        "gpu_spot": {**types["gpu_spot"], "max_workers": 0},
        "gpu_on_demand": {**types["gpu_on_demand"], "max_workers": 4},
    }
    assert taken({**cluster, "available_node_types": moved}, 100) == {"gpu_on_demand": 4}
