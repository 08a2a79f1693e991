"""docs/clusters/kuberay.yaml: read as Ray's autoscaler for Kubernetes reads it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.kuberay.autoscaling_config import (
    _derive_autoscaling_config_from_ray_cr,
)

ROOT = Path(__file__).parents[2]

CLUSTER_FIELDS = {
    "rayVersion",
    "enableInTreeAutoscaling",
    "autoscalerOptions",
    "authOptions",
    "headGroupSpec",
    "workerGroupSpecs",
}
GROUP_FIELDS = {"groupName", "replicas", "minReplicas", "maxReplicas", "rayStartParams", "template"}


@pytest.fixture(scope="module")
def pair() -> tuple[dict[str, Any], dict[str, Any]]:
    cluster, job = yaml.safe_load_all((ROOT / "docs/clusters/kuberay.yaml").read_text())
    return cluster, job


def test_it_is_a_cluster_and_a_job_for_it(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    cluster, job = pair
    assert (cluster["apiVersion"], cluster["kind"]) == ("ray.io/v1", "RayCluster")
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    assert job["spec"]["clusterSelector"] == {"ray.io/cluster": cluster["metadata"]["name"]}
    # Kubernetes refuses fields that KubeRay 1.6 does not have.
    assert cluster["spec"].keys() <= CLUSTER_FIELDS
    assert all(group.keys() <= GROUP_FIELDS for group in cluster["spec"]["workerGroupSpecs"])
    assert job["spec"].keys() <= {"clusterSelector", "backoffLimit", "entrypoint"}


def test_its_autoscaler_understands_it(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    cluster, _ = pair
    cluster = {**cluster, "metadata": {**cluster["metadata"], "namespace": "default"}}
    config = _derive_autoscaling_config_from_ray_cr(cluster)  # held against Ray's schema
    types = config["available_node_types"]
    assert types["headgroup"]["resources"]["CPU"] == 0
    assert "GPU" not in types["headgroup"]["resources"]
    # Equal in what they hold, so that spot comes first because it stands first.
    assert types["gpu-spot"]["resources"] == types["gpu-on-demand"]["resources"]
    assert types["gpu-spot"]["resources"]["GPU"] == 1
    assert list(types).index("gpu-spot") < list(types).index("gpu-on-demand")
    assert config["max_workers"] == 4
    assert {types[name]["min_workers"] for name in types} == {0}


def test_it_is_closed_to_strangers(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    spec = pair[0]["spec"]
    assert spec["authOptions"]["mode"] == "token"
    assert spec["headGroupSpec"]["serviceType"] == "ClusterIP"


def test_its_version_is_the_tested_one(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert f"ray=={pair[0]['spec']['rayVersion']}\n" in (ROOT / "constraints.txt").read_text()
