"""What a cluster costs, against sums by hand."""

from typing import Any

import pytest

from harness.cluster.prices import HOURS_A_MONTH, TABLE, hourly


def node(machine: str, most: int | None = None, **config: Any) -> dict[str, Any]:
    known = {"resources": {}, "node_config": {"InstanceType": machine, **config}}
    return known if most is None else {**known, "max_workers": most}


def cluster(most: int = 4, **workers: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider": {"type": "aws"},
        "max_workers": most,
        "head_node_type": "head",
        "available_node_types": {
            "a_worker": node("m5.large", 0),
            **workers,
            "head": node("m5.xlarge", 0),
        },
    }


def test_idle_is_the_head_and_most_is_with_all_workers() -> None:
    cost = hourly(cluster(gpu=node("g5.2xlarge", 4)))
    assert cost.idle == pytest.approx(0.192)
    assert cost.most == pytest.approx(0.192 + 4 * 1.212)
    assert cost.gpus == 4
    assert [each.kind.head for each in cost.machines] == [True, False, False]


def test_the_cluster_holds_no_more_than_it_may_and_the_dearest_count() -> None:
    dear, cheap = node("g5.12xlarge", 2), node("g5.xlarge", 9)
    cost = hourly(cluster(3, cheap=cheap, dear=dear))
    assert cost.most == pytest.approx(0.192 + 2 * 5.672 + 1.006)
    assert cost.gpus == 2 * 4 + 1


def test_a_type_without_a_count_of_its_own_may_fill_the_cluster() -> None:
    assert hourly(cluster(5, gpu=node("g5.xlarge"))).gpus == 5


def test_a_spot_machine_counts_as_if_it_were_on_demand() -> None:
    spot = node("g5.xlarge", 1, InstanceMarketOptions={"MarketType": "spot"})
    cost = hourly(cluster(gpu=spot))
    assert cost.machines[-1].kind.spot
    assert cost.most == pytest.approx(0.192 + 1.006)


def test_disks_cost_as_long_as_the_machine_is_there() -> None:
    disks = [{"Ebs": {"VolumeSize": 100}}, {"Ebs": {"VolumeSize": 50}}]
    cost = hourly(cluster(gpu=node("g5.xlarge", 1, BlockDeviceMappings=disks)))
    assert cost.most == pytest.approx(0.192 + 1.006 + 150 * 0.08 / HOURS_A_MONTH)


@pytest.mark.parametrize(
    "scheduling",
    [
        [{"provisioningModel": "SPOT", "onHostMaintenance": "TERMINATE"}],
        {"provisioningModel": "SPOT"},
        [{"preemptible": True}],
    ],
)
def test_googles_machines(scheduling: object) -> None:
    config = {
        "machineType": "g2-standard-8",
        "disks": [{"initializeParams": {"diskSizeGb": 73}}],
        "scheduling": scheduling,
    }
    (machine,) = hourly(
        {"max_workers": 1, "available_node_types": {"gpu": {"node_config": config}}}
    ).machines
    assert machine.kind.spot
    assert machine.usd == pytest.approx(0.8536 + 0.008)


def test_what_the_table_lacks_is_said_and_not_guessed() -> None:
    cost = hourly(cluster(gpu=node("z99.huge", 1)))
    assert (cost.idle, cost.most, cost.gpus) == (pytest.approx(0.192), None, None)
    assert cost.bill(1.0) is None


def test_machines_one_has_have_no_price() -> None:
    cost = hourly({"provider": {"type": "local", "worker_ips": ["10.0.0.2"]}})
    assert (cost.machines, cost.idle, cost.gpus) == ((), None, None)


def test_a_bill_is_that_of_the_dearest_worker_alone() -> None:
    cost = hourly(cluster(gpu=node("g5.xlarge", 3), dear=node("g5.2xlarge", 1)))
    assert cost.bill(10.0) == pytest.approx(10 * (1.212 + 0.192))
    assert cost.bill(0.0) == 0.0


def test_the_table_says_its_date_and_that_it_is_one() -> None:
    assert "A table, typed in" in TABLE.read_text()
    assert hourly(cluster()).as_of.count("-") == 1
