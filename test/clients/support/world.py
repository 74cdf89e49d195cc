"""The accounts of a host as an outsider sees them: AWS clients, promotions, recorded calls and artefacts."""

from __future__ import annotations

import itertools
import json
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from support.contract import check_result

RUN_SECONDS = 120
HOME_REGIONS = {"tooling": "us-east-1", "dev": "us-east-1", "prod": "us-east-1", "staging": "eu-west-1"}
READS = ("Describe", "List", "Get", "BatchGet", "Query", "Scan", "Head")


@dataclass(frozen=True)
class Run:
    """An execution that has ended. `result` is its output, or its cause, as an object."""

    arn: str
    status: str
    error: str | None
    result: dict[str, Any]
    calls: list[dict[str, Any]] = field(repr=False)

    @property
    def dynamodb(self) -> dict[str, Any]:
        return self.result["kinds"]["dynamodb"]

    @property
    def message(self) -> str:
        return self.result.get("message", "")

    def writes(self, service: str | None = None) -> list[dict[str, Any]]:
        """Calls that change something, of one service or of all that hold assets."""
        services = (service,) if service else ("dynamodb", "iam", "kms", "secretsmanager", "sns")
        return [
            call
            for call in self.calls
            if call["service"] in services and call["role"] and not call["operation"].startswith(READS)
        ]


class World:
    def __init__(self, world: dict[str, Any]) -> None:
        self.raw = world
        self.endpoint: str = world["endpoint"]
        self.accounts: dict[str, str] = world["accounts"]
        self.machine: str = world["stateMachines"]["promotion"]
        self.bucket: str = world["artefactBucket"]
        self._clients: dict[tuple[str, str], Any] = {}
        self._numbers = itertools.count(1)

    def client(self, service: str, environment: str, credentials: dict[str, str] | None = None) -> Any:
        """A client as the account's root, or with issued credentials as STS returned them."""
        if credentials is None and (service, environment) in self._clients:
            return self._clients[service, environment]
        made = boto3.session.Session().client(
            service,
            endpoint_url=self.endpoint,
            region_name=HOME_REGIONS[environment],
            aws_access_key_id=credentials["AccessKeyId"] if credentials else self.accounts[environment],
            aws_secret_access_key=credentials["SecretAccessKey"] if credentials else "any secret does",
            aws_session_token=credentials["SessionToken"] if credentials else None,
            config=Config(retries={"mode": "standard", "max_attempts": 2}, max_pool_connections=20),
        )
        if credentials is None:
            self._clients[service, environment] = made
        return made

    def calls(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.endpoint}/_local/calls", timeout=60) as answer:
            return json.load(answer)

    def start(self, request: Any, name: str | None = None, client: Any = None) -> str:
        """Starts an execution, answers its ARN. The input may be anything that is JSON."""
        return (client or self.client("stepfunctions", "tooling")).start_execution(
            stateMachineArn=self.machine,
            name=name or f"run-{next(self._numbers)}-{time.monotonic_ns()}",
            input=json.dumps(request),
        )["executionArn"]

    def wait(self, arn: str, seconds: float = RUN_SECONDS) -> dict[str, Any]:
        """Waits until an execution has ended and answers its description."""
        states = self.client("stepfunctions", "tooling")
        deadline = time.monotonic() + seconds
        while (described := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{arn} was still running after {seconds} s"
            time.sleep(0.1)
        return described

    def ended(self, arn: str, since: int = 0) -> Run:
        """Waits for an execution that was not stopped and holds its result against the contract."""
        described = self.wait(arn)
        assert described["status"] in ("SUCCEEDED", "FAILED"), described
        text = described["output"] if described["status"] == "SUCCEEDED" else described["cause"]
        result = json.loads(text)
        check_result(described, result)
        return Run(arn, described["status"], described.get("error"), result, self.calls()[since:])

    def run(self, request: Any, name: str | None = None) -> Run:
        """Runs one execution from start to end."""
        since = len(self.calls())
        return self.ended(self.start(request, name), since)

    def succeed(self, request: dict[str, Any], name: str | None = None) -> Run:
        run = self.run(request, name)
        assert run.status == "SUCCEEDED", f"{run.error}: {json.dumps(run.result, indent=2)}"
        refused = [call for call in run.calls if not call["allowed"]]
        assert refused == [], f"a run that succeeds needs no call that is refused: {refused[:5]}"
        return run

    def fail(self, request: Any, error: str, name: str | None = None) -> Run:
        run = self.run(request, name)
        assert (run.status, run.error) == ("FAILED", error), f"{run.status} {run.error}: {json.dumps(run.result, indent=2)}"
        return run

    # Artefacts

    def keys(self, prefix: str) -> list[str]:
        pages = self.client("s3", "tooling").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def text(self, key: str) -> str:
        return self.client("s3", "tooling").get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()

    def json(self, key: str) -> Any:
        return json.loads(self.text(key))

    def put(self, key: str, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content, indent=2)
        self.client("s3", "tooling").put_object(Bucket=self.bucket, Key=key, Body=text.encode())
