"""Executions as Step Functions shows them: history in pages, lists, map runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import tables
from support.world import World


@pytest.fixture(scope="module")
def execution(world: World) -> str:
    """A promotion that succeeded."""
    tables.small_table(world, "dev", "DEV-history", 20)
    request = {
        "mode": "migrate",
        "source": "dev",
        "destination": "prod",
        "promotionId": "history",
        "kinds": {"dynamodb": {"tables": [{"name": "DEV-history", "as": "PROD-history"}], "segments": 12}},
    }
    return world.succeed(request, name="history-1").arn


def pages(world: World, execution: str, size: int, **options: Any) -> list[list[dict[str, Any]]]:
    states = world.client("stepfunctions", "tooling")
    found, token = [], None
    while True:
        page = states.get_execution_history(
            executionArn=execution, maxResults=size, **options, **({"nextToken": token} if token else {})
        )
        found.append(page["events"])
        token = page.get("nextToken")
        if not token:
            return found


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_through_the_history(world: World, execution: str, size: int) -> None:
    paged = pages(world, execution, size)
    assert all(len(page) == size for page in paged[:-1])
    events = [event for page in paged for event in page]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in events)
    moments = [event["timestamp"] for event in events]
    assert moments == sorted(moments)
    assert events[0]["type"] == "ExecutionStarted"
    assert events[-1]["type"] == "ExecutionSucceeded"
    assert size == 1000 or len(paged) > 1


def test_answers_the_history_in_reverse(world: World, execution: str) -> None:
    forward = [event for page in pages(world, execution, 1000) for event in page]
    backward = [event for page in pages(world, execution, 9, reverseOrder=True) for event in page]
    assert backward == forward[::-1]


def test_refuses_a_token_of_another_question(world: World, execution: str) -> None:
    states = world.client("stepfunctions", "tooling")
    token = states.get_execution_history(executionArn=execution, maxResults=2)["nextToken"]
    for options in ({"reverseOrder": True, "nextToken": token}, {"nextToken": "made up"}):
        with pytest.raises(ClientError) as refused:
            states.get_execution_history(executionArn=execution, maxResults=2, **options)
        assert refused.value.response["Error"]["Code"] == "InvalidToken"


def test_shows_states_and_calls_in_the_history(world: World, execution: str) -> None:
    events = [event for page in pages(world, execution, 1000) for event in page]
    entered = [event["stateEnteredEventDetails"]["name"] for event in events if event["type"].endswith("StateEntered")]
    exited = [event["stateExitedEventDetails"]["name"] for event in events if event["type"].endswith("StateExited")]
    assert entered[:2] == ["Validate", "Lock"]
    assert [name for name in ("Export", "Plan", "Import", "Verify", "Report") if name not in entered] == []
    assert sorted(entered) == sorted(exited)
    submitted = [event["taskSubmittedEventDetails"] for event in events if event["type"] == "TaskSubmitted"]
    children = [json.loads(details["output"])["ExecutionArn"] for details in submitted if details["resourceType"] == "states"]
    assert len(children) == 4, "one child a verb"


def test_leaves_data_out_of_the_history_when_asked(world: World, execution: str) -> None:
    [full, bare] = [
        [event for page in pages(world, execution, 1000, includeExecutionData=data) for event in page] for data in (True, False)
    ]
    assert [event["id"] for event in bare] == [event["id"] for event in full]
    assert "input" in full[0]["executionStartedEventDetails"]
    assert "input" not in bare[0]["executionStartedEventDetails"]


def test_describes_the_execution(world: World, execution: str) -> None:
    described = world.client("stepfunctions", "tooling").describe_execution(executionArn=execution)
    assert described["name"] == "history-1"
    assert described["stateMachineArn"] == world.machine
    assert json.loads(described["input"])["promotionId"] == "history"
    assert described["startDate"] <= described["stopDate"]
    assert execution.split(":")[-1] == "history-1"


def test_uses_an_execution_name_up(world: World, execution: str) -> None:
    states = world.client("stepfunctions", "tooling")
    with pytest.raises(ClientError) as refused:
        states.start_execution(stateMachineArn=world.machine, name="history-1", input='{"other": true}')
    assert refused.value.response["Error"]["Code"] == "ExecutionAlreadyExists"


def test_lists_executions_by_machine_and_status(world: World, execution: str) -> None:
    states = world.client("stepfunctions", "tooling")
    paginator = states.get_paginator("list_executions")
    listed = [
        entry
        for page in paginator.paginate(stateMachineArn=world.machine, statusFilter="SUCCEEDED", PaginationConfig={"PageSize": 3})
        for entry in page["executions"]
    ]
    assert execution in [entry["executionArn"] for entry in listed]
    assert {entry["status"] for entry in listed} == {"SUCCEEDED"}
    assert [entry["startDate"] for entry in listed] == sorted((entry["startDate"] for entry in listed), reverse=True)
    assert len({entry["executionArn"] for entry in listed}) == len(listed)


def test_gives_children_no_name_of_their_own_and_shows_their_map_runs(world: World, execution: str) -> None:
    states = world.client("stepfunctions", "tooling")
    machines = {machine["name"]: machine["stateMachineArn"] for machine in states.list_state_machines()["stateMachines"]}
    assert {"cross-account-promoter-promotion", "cross-account-promoter-dynamodb"} <= set(machines)
    children = [
        entry["executionArn"]
        for page in states.get_paginator("list_executions").paginate(stateMachineArn=machines["cross-account-promoter-dynamodb"])
        for entry in page["executions"]
        if json.loads(states.describe_execution(executionArn=entry["executionArn"])["input"])["promotionId"] == "history"
    ]
    assert len(children) == 4
    runs = [run for child in children for run in states.list_map_runs(executionArn=child)["mapRuns"]]
    assert len(runs) == 2, "one for the copy, one for the comparison"
    for run in runs:
        described = states.describe_map_run(mapRunArn=run["mapRunArn"])
        assert described["status"] == "SUCCEEDED"
        assert described["itemCounts"]["total"] == described["itemCounts"]["succeeded"] == 3, "12 segments, four a child"
        listed = states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
        assert len(listed) == described["executionCounts"]["total"]


def test_shows_its_definition(world: World) -> None:
    described = world.client("stepfunctions", "tooling").describe_state_machine(stateMachineArn=world.machine)
    definition = json.loads(described["definition"])
    assert described["type"] == "STANDARD"
    assert definition["QueryLanguage"] == "JSONata"
    assert "${" not in described["definition"]
