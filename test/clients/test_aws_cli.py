"""The AWS CLI: the one from pip always, and the one on the PATH where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import tables
from support.names import Names
from support.world import World

PIP = [sys.executable, "-m", "awscli"]
Cli = Callable[..., Any]


def on_the_path() -> list[str] | None:
    """An `aws` that is not the pinned one beside this Python."""
    own = Path(sys.executable).parent
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder and Path(folder).resolve() != own.resolve()]
    found = shutil.which("aws", path=os.pathsep.join(folders))
    return [found] if found else None


CLIS = {"pip": PIP} | ({"path": on_the_path()} if on_the_path() else {})


def caller(command: list[str], world: World, environment: str) -> Cli:
    def call(*arguments: str, text: bool = False) -> Any:
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
        if command is PIP and "PYTHONPATH" in os.environ:
            variables["PYTHONPATH"] = os.environ["PYTHONPATH"]
        variables |= {
            "AWS_ACCESS_KEY_ID": world.accounts[environment],
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": world.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        output = [] if text else ["--output", "json"]
        ended = subprocess.run([*command, *arguments, *output], env=variables, capture_output=True, text=True, timeout=120, check=False)
        assert ended.returncode == 0, f"aws {' '.join(arguments)}: {ended.stderr}"
        return ended.stdout if text else json.loads(ended.stdout)

    return call


@pytest.fixture(scope="module", params=CLIS)
def command(request: pytest.FixtureRequest) -> list[str]:
    return CLIS[request.param]


@pytest.fixture
def aws(command: list[str], world: World) -> Callable[[str], Cli]:
    return lambda environment: caller(command, world, environment)


def test_says_who_it_is(world: World, aws: Callable[[str], Cli]) -> None:
    identity = aws("dev")("sts", "get-caller-identity")
    assert identity["Account"] == world.accounts["dev"]


def test_starts_and_watches_a_promotion(world: World, aws: Callable[[str], Cli], names: Names, tmp_path: Path) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 40)
    request = tmp_path / "input.json"
    request.write_text(json.dumps(names.request("orders", dynamodb={"segments": 8})))
    cli = aws("tooling")
    machines = cli("stepfunctions", "list-state-machines")["stateMachines"]
    assert world.machine in [machine["stateMachineArn"] for machine in machines]
    execution = cli(
        "stepfunctions", "start-execution", "--state-machine-arn", world.machine,
        "--name", f"cli-{names.promotion}", "--input", f"file://{request}",
    )["executionArn"]  # fmt: skip
    assert world.ended(execution).status == "SUCCEEDED"
    described = cli("stepfunctions", "describe-execution", "--execution-arn", execution)
    assert described["status"] == "SUCCEEDED"
    assert json.loads(described["output"])["outcome"] == "succeeded"

    history = cli("stepfunctions", "get-execution-history", "--execution-arn", execution, "--page-size", "10")["events"]
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    assert len(history) > 10, "the CLI follows the pages"
    [last] = cli("stepfunctions", "get-execution-history", "--execution-arn", execution, "--reverse-order", "--max-items", "1")["events"]
    assert last["type"] == "ExecutionSucceeded"
    listed = cli("stepfunctions", "list-executions", "--state-machine-arn", world.machine, "--status-filter", "SUCCEEDED")
    assert execution in [entry["executionArn"] for entry in listed["executions"]]

    children = [
        json.loads(event["taskSubmittedEventDetails"]["output"])["ExecutionArn"]
        for event in history
        if event["type"] == "TaskSubmitted" and event["taskSubmittedEventDetails"]["resourceType"] == "states"
    ]
    runs = [run for child in children for run in cli("stepfunctions", "list-map-runs", "--execution-arn", child)["mapRuns"]]
    assert len(runs) == 2
    described = cli("stepfunctions", "describe-map-run", "--map-run-arn", runs[0]["mapRunArn"])
    assert described["itemCounts"]["succeeded"] == described["itemCounts"]["total"] == 2

    scanned = aws("prod")("dynamodb", "scan", "--table-name", names.prod("orders"), "--page-size", "7")
    assert scanned["Count"] == len(scanned["Items"]) == 40


def test_reads_and_writes_artefacts(world: World, aws: Callable[[str], Cli], names: Names, tmp_path: Path) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 4)
    world.succeed(names.request("orders", mode="export"))
    cli = aws("tooling")
    folder = f"s3://{world.bucket}/promotions/{names.promotion}/"
    listed = cli("s3", "ls", folder, "--recursive", text=True)
    assert f"dynamodb/export/tables/{names.dev('orders')}.json" in listed
    assert "PRE dynamodb/" in cli("s3", "ls", folder, text=True)

    cli("s3", "sync", folder, str(tmp_path / "bundle"), "--no-progress", text=True)
    local = tmp_path / "bundle" / "dynamodb" / "export" / "tables" / f"{names.dev('orders')}.json"
    definition = json.loads(local.read_text())
    definition["tags"] = [{"Key": "edited", "Value": "with the CLI"}]
    local.write_text(json.dumps(definition))
    changed = cli("s3", "sync", str(tmp_path / "bundle"), folder, "--no-progress", text=True)
    assert changed.count("upload:") == 1, "only the edited file goes back"

    world.succeed(names.request("orders", mode="import"))
    arn = tables.describe(world, "prod", names.prod("orders"))["TableArn"]
    tags = aws("prod")("dynamodb", "list-tags-of-resource", "--resource-arn", arn)
    assert {"Key": "edited", "Value": "with the CLI"} in tags["Tags"]
    page = tmp_path / "report.html"
    cli("s3", "cp", f"{folder}report.html", str(page), "--no-progress", text=True)
    assert page.read_text().lower().startswith("<!doctype html>")
    cli("s3", "cp", str(page), f"{folder}copy of it.html", "--no-progress", text=True)
    cli("s3", "rm", f"{folder}copy of it.html", text=True)
    assert "copy of it" not in cli("s3", "ls", folder, text=True)


def test_copies_a_file_in_parts(world: World, aws: Callable[[str], Cli], names: Names, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(1024) * 9 * 1024)
    target = f"s3://{world.bucket}/scratch/{names.promotion}/large.bin"
    cli = aws("tooling")
    cli("s3", "cp", str(large), target, "--no-progress", text=True)
    cli("s3", "cp", target, str(tmp_path / "back.bin"), "--no-progress", text=True)
    assert (tmp_path / "back.bin").read_bytes() == large.read_bytes()


def test_reads_roles_and_their_policies(aws: Callable[[str], Cli]) -> None:
    cli = aws("prod")
    role = cli("iam", "get-role", "--role-name", "DynamoDB-MigrationDest")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"]
    policies = cli("iam", "list-role-policies", "--role-name", "DynamoDB-MigrationDest")["PolicyNames"]
    assert policies
    shown = cli("iam", "get-role-policy", "--role-name", "DynamoDB-MigrationDest", "--policy-name", policies[0])
    assert shown["PolicyDocument"]["Statement"]


def test_makes_a_table_and_reads_it(aws: Callable[[str], Cli], world: World, names: Names) -> None:
    cli = aws("dev")
    made = cli(
        "dynamodb", "create-table", "--table-name", names.dev("orders"),
        "--attribute-definitions", "AttributeName=id,AttributeType=S",
        "--key-schema", "AttributeName=id,KeyType=HASH", "--billing-mode", "PAY_PER_REQUEST",
    )["TableDescription"]  # fmt: skip
    assert made["TableStatus"] == "CREATING"
    tables.wait_active(world, "dev", names.dev("orders"))
    cli("dynamodb", "put-item", "--table-name", names.dev("orders"), "--item", '{"id": {"S": "a"}, "n": {"N": "1.50"}}', text=True)
    item = cli("dynamodb", "get-item", "--table-name", names.dev("orders"), "--key", '{"id": {"S": "a"}}')["Item"]
    assert item == {"id": {"S": "a"}, "n": {"N": "1.5"}}
