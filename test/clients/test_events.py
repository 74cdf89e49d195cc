"""Promotions that an event asks for, and the event bus, its rule and its queue, as boto3 sees them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import tables
from support.names import Names
from support.world import World

ENTRY = {"Source": "cross-account-promoter.tests", "DetailType": "promotion.requested"}
RULE = "promotion-requested"


def entry(world: World, request: dict[str, Any], **more: Any) -> dict[str, Any]:
    detail = {"schemaVersion": 1, "input": request}
    return {**ENTRY, "EventBusName": world.raw["eventBus"], "Detail": json.dumps(detail), **more}


def started_by(world: World, event_id: str, seconds: float = 10) -> str | None:
    """The ARN of the execution that is named after the event."""
    states = world.client("stepfunctions", "tooling")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=world.machine)
        for execution in (one for page in pages for one in page["executions"]):
            if execution["name"].startswith(f"{event_id}_"):
                return execution["executionArn"]
        time.sleep(0.1)
    return None


def put(world: World, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    return world.client("events", "tooling").put_events(Entries=list(entries))["Entries"]


def test_an_event_starts_a_promotion_with_the_input_that_it_carries(world: World, names: Names) -> None:
    items = tables.small_table(world, "dev", names.dev("sales"))
    request = names.request("sales")
    since = len(world.calls())
    [answer] = put(world, entry(world, request))
    arn = started_by(world, answer["EventId"])
    assert arn, "the rule starts the promotion machine"
    run = world.ended(arn, since)
    assert (run.status, run.result["promotionId"]) == ("SUCCEEDED", names.promotion)
    assert json.loads(world.wait(arn)["input"]) == request
    tables.assert_holds(world, "prod", names.prod("sales"), items)
    first = next(call for call in run.calls if call["operation"] == "StartExecution")
    assert (first["role"], first["resource"], first["allowed"]) == ("cross-account-promoter-request", world.machine, True)


@pytest.mark.parametrize(
    "change",
    [
        {"DetailType": "promotion.other"},
        {"Source": "somebody.else"},
        {"Detail": json.dumps({"schemaVersion": 2, "input": {}})},
        {"EventBusName": "default"},
    ],
    ids=["detail-type", "source", "version", "bus"],
)
def test_another_event_starts_nothing(world: World, names: Names, change: dict[str, str]) -> None:
    [answer] = put(world, {**entry(world, {"promotionId": names.promotion}), **change})
    assert started_by(world, answer["EventId"], seconds=0.5) is None


def test_single_entries_are_refused_beside_others_that_are_taken(world: World) -> None:
    broken = [entry(world, {}, Detail="no json"), entry(world, {}, Source="aws.ec2"), entry(world, {}, Source="")]
    answers = put(world, *broken, entry(world, {}, DetailType="nothing listens"))
    codes = [answer.get("ErrorCode") for answer in answers]
    assert codes == ["MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument", None]
    events = world.client("events", "tooling")
    half = entry(world, {}, Detail=json.dumps({"text": "x" * 131_072}))
    with pytest.raises(ClientError, match="Total size of the entries"):
        events.put_events(Entries=[half, half])


def test_the_rule_its_target_and_its_queue_can_be_read(world: World) -> None:
    events = world.client("events", "tooling")
    bus = world.raw["eventBus"]
    assert events.describe_event_bus(Name=bus)["Arn"].endswith(f":event-bus/{bus}")
    assert [rule["Name"] for rule in events.list_rules(EventBusName=bus)["Rules"]] == [RULE]
    rule = events.describe_rule(Name=RULE, EventBusName=bus)
    assert json.loads(rule["EventPattern"])["detail-type"] == ["promotion.requested"]
    [target] = events.list_targets_by_rule(Rule=RULE, EventBusName=bus)["Targets"]
    assert (target["Arn"], target["InputPath"]) == (world.machine, "$.detail.input")
    sqs = world.client("sqs", "tooling")
    url = sqs.get_queue_url(QueueName=target["DeadLetterConfig"]["Arn"].split(":")[-1])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (attributes["MessageRetentionPeriod"], attributes["SqsManagedSseEnabled"]) == ("1209600", "true")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="gone")


def test_an_event_for_a_target_without_rights_lies_in_the_dead_letter_queue(world: World, names: Names) -> None:
    events, sqs = world.client("events", "tooling"), world.client("sqs", "tooling")
    bus = world.raw["eventBus"]
    [ours] = events.list_targets_by_rule(Rule=RULE, EventBusName=bus)["Targets"]
    gone = {**ours, "Id": "gone", "Arn": f"{world.machine}-gone"}
    events.put_targets(Rule=RULE, EventBusName=bus, Targets=[gone])
    try:
        put(world, entry(world, {"promotionId": names.promotion}))
    finally:
        events.remove_targets(Rule=RULE, EventBusName=bus, Ids=["gone"])
    url = sqs.get_queue_url(QueueName=ours["DeadLetterConfig"]["Arn"].split(":")[-1])["QueueUrl"]
    [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=2)["Messages"]
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    # The role may start the promotion machine and nothing else.
    assert (attributes["TARGET_ARN"], attributes["ERROR_CODE"]) == (gone["Arn"], "NO_PERMISSIONS")
    assert json.loads(message["Body"])["detail"]["input"] == {"promotionId": names.promotion}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_another_account_may_not_send_events(world: World) -> None:
    bus = f"arn:aws:events:us-east-1:{world.accounts['tooling']}:event-bus/{world.raw['eventBus']}"
    with pytest.raises(ClientError) as refused:
        world.client("events", "dev").put_events(Entries=[entry(world, {}, EventBusName=bus)])
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_task_tokens_that_are_none_are_refused(world: World) -> None:
    states = world.client("stepfunctions", "tooling")
    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_success(taskToken="none", output="{}")
    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_failure(taskToken="none")
    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_heartbeat(taskToken="none")
