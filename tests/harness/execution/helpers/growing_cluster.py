"""A Ray cluster whose autoscaler adds up to two nodes of one CPU to a head without any.

Started as a module; it prints the address and lives until its input ends. The nodes are processes
of this machine (``fake_multinode``). ``ray.cluster_utils.AutoscalingCluster`` would do the same,
but lacks a file in the wheel and begins with ``ray stop``, which ends every other Ray.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from ray.util import get_node_ip_address

IDLE_MINUTES = 0.2


def config(address: str) -> dict[str, object]:
    node = {"node_config": {}, "min_workers": 0}
    return {
        "cluster_name": "growing",
        "max_workers": 2,
        "idle_timeout_minutes": IDLE_MINUTES,
        "provider": {"type": "fake_multinode", "gcs_address": address},
        "head_node_type": "ray.head.default",
        "available_node_types": {
            "ray.head.default": {**node, "resources": {"CPU": 0}, "max_workers": 0},
            "worker": {**node, "resources": {"CPU": 1}, "max_workers": 2},
        },
    }


if __name__ == "__main__":
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    address = f"{get_node_ip_address()}:{port}"
    file = Path(tempfile.mkdtemp()) / "cluster.json"
    file.write_text(json.dumps(config(address)))
    ray = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block"]
    options = [f"--port={port}", "--num-cpus=0", "--include-dashboard=false"]
    head = psutil.Popen(
        [*ray, *options, f"--autoscaling-config={file}"],
        env={
            **os.environ,
            "RAY_AUTH_MODE": "disabled",  # as in the other cluster, which `ray start` does not make
            "RAY_FAKE_CLUSTER": "1",
            "RAY_enable_autoscaler_v2": "0",
            "AUTOSCALER_UPDATE_INTERVAL_S": "1",
        },
        stdout=subprocess.DEVNULL,
    )
    print(address, flush=True)
    sys.stdin.read()
    family = head.children(recursive=True)
    head.terminate()
    for left in [head, *family]:
        if left.is_running():
            left.kill()
