"""Runs of the deployed promotion machine."""

import json
import time

import tables
from server import client

# With waits twenty times shorter, a run that is carried ends within half a minute.
PATIENCE_SECONDS = 120


def request(promotion_id: str, **fields) -> dict:
    """An execution input for all tables of this lane."""
    dynamodb = {
        "tables": list(tables.TABLES),
        "rename": {"prefix": {"from": "DEV-", "to": "PROD-"}},
        "segments": 8,
    }
    return {
        "mode": "migrate",
        "source": "dev",
        "destination": "prod",
        "promotionId": promotion_id,
        "kinds": {"dynamodb": dynamodb},
        **fields,
    }


def run(endpoint: str, machine_arn: str, execution_input: dict, say) -> list[str]:
    """Runs the machine to its end; answers what was not carried of it, nothing when all was."""
    states = client(endpoint, "stepfunctions")
    mode = execution_input["mode"]
    arn = states.start_execution(stateMachineArn=machine_arn, input=json.dumps(execution_input))["executionArn"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (execution := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        if time.monotonic() > deadline:
            states.stop_execution(executionArn=arn)
            return [f"mode {mode} was RUNNING for {PATIENCE_SECONDS} s; states: {path(states, arn)}"]
        time.sleep(0.5)
    say(f"  mode {mode}: {execution['status']}; states: {path(states, arn)}")
    if execution["status"] != "SUCCEEDED":
        cause = execution.get("cause") or ""
        message = json.loads(cause).get("message", cause) if cause.startswith("{") else cause
        return [f"mode {mode} ended with {execution.get('error')}: {message}"]
    output = json.loads(execution["output"])
    if "kinds" in output:
        say(f"  mode {mode}: {json.dumps(output['kinds'])}")
        return []
    return [f"mode {mode} succeeded, but its Succeed state put out its input: members {', '.join(output)}"]


def path(states, arn: str) -> str:
    """The states that an execution entered, in order."""
    pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
    details = [event.get("stateEnteredEventDetails") for page in pages for event in page["events"]]
    return " → ".join(detail["name"] for detail in details if detail)
