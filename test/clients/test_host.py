"""The host as a program: one line on stdout, a status, nothing left behind."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.host import ROOT, Host, alive, descendants
from support.world import World

NODE = ["node", "--import", "tsx", "bin/local.ts"]


def test_prints_one_line_and_stops_at_sigterm() -> None:
    host = Host([*NODE, "up", "--port", "0", "--speed", "20"], "second-host.log")
    world = World(host.world)
    world.client("dynamodb", "dev").list_tables()
    started = descendants(host.process.pid)
    assert host.stop() == 0
    assert len(host.lines) == 1
    assert host.lines[0].endswith("\n")
    assert alive(started) == []
    with pytest.raises(OSError):
        urllib.request.urlopen(world.endpoint, timeout=2)


def test_prints_the_documented_world(host: Host) -> None:
    world = host.world
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", world["endpoint"])
    assert world["region"] == "us-east-1"
    assert world["accounts"] == {
        "tooling": "111111111111",
        "dev": "222222222222",
        "prod": "333333333333",
        "staging": "444444444444",
    }
    assert world["stateMachines"]["promotion"].startswith("arn:aws:states:us-east-1:111111111111:stateMachine:")
    assert isinstance(world["artefactBucket"], str)
    assert set(world) <= {
        "endpoint", "region", "accounts", "stateMachines", "artefactBucket", "eventBus", "databricks",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [["up", "--port", "http"], ["up", "--port", "70000"], ["up", "--speed", "0"], ["up", "--colour"], ["up", "now"], ["serve"]],
    ids=" ".join,
)
def test_refuses_wrong_arguments_with_nothing_on_stdout(arguments: list[str]) -> None:
    ended = subprocess.run([*NODE, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode not in (0, None)
    assert ended.stdout == ""
    assert arguments[-1] in ended.stderr
    assert "    at " not in ended.stderr, "no stack trace for what a person typed"


def test_says_when_its_port_is_taken(host: Host) -> None:
    port = host.world["endpoint"].rsplit(":", 1)[1]
    ended = subprocess.run([*NODE, "up", "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert port in ended.stderr


def test_answers_the_calls_as_a_list(world: World) -> None:
    world.client("sts", "dev").get_caller_identity()
    calls: list[dict[str, Any]] = world.calls()
    assert isinstance(calls, list)
    [last] = [call for call in calls if call["operation"] == "GetCallerIdentity" and call["account"] == world.accounts["dev"]][-1:]
    assert last["service"] == "sts"
    assert last["allowed"] is True
    assert last["fault"] is None


def test_starts_with_the_documented_roles(world: World) -> None:
    for environment in ("dev", "prod", "staging"):
        listed = world.client("iam", environment).get_paginator("list_roles").paginate()
        roles = {role["RoleName"] for page in listed for role in page["Roles"]}
        assert {"DynamoDB-MigrationOrigin", "DynamoDB-MigrationDest"} <= roles


def test_lets_source_roles_only_read(world: World) -> None:
    iam = world.client("iam", "dev")
    allowed: list[str] = []
    for name in iam.list_role_policies(RoleName="DynamoDB-MigrationOrigin")["PolicyNames"]:
        policy = iam.get_role_policy(RoleName="DynamoDB-MigrationOrigin", PolicyName=name)["PolicyDocument"]
        for statement in policy["Statement"]:
            actions = statement.get("Action", []) if statement["Effect"] == "Allow" else []
            allowed += actions if isinstance(actions, list) else [actions]
    assert allowed
    assert [action for action in allowed if not re.match(r"[\w-]+:(Get|List|Describe|Scan|Query|BatchGet|Decrypt)", action)] == []
    assert "*" not in json.dumps(allowed)


def test_trusts_the_tooling_account_with_an_external_id_only(world: World) -> None:
    for environment, side in (("dev", "Origin"), ("prod", "Dest")):
        role = world.client("iam", environment).get_role(RoleName=f"DynamoDB-Migration{side}")["Role"]
        text = json.dumps(role["AssumeRolePolicyDocument"]["Statement"])
        assert world.accounts["tooling"] in text
        assert "sts:ExternalId" in text and "aws:PrincipalArn" in text
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("sts", "tooling").assume_role(
            RoleArn=f"arn:aws:iam::{world.accounts['prod']}:role/DynamoDB-MigrationDest", RoleSessionName="stranger"
        )
