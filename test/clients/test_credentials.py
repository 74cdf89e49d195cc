"""Root keys and issued sessions: the signatures of the latter are verified as AWS does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import tables
from support.names import Names
from support.world import World


def code_of(call: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return refused.value.response["Error"]["Code"]


def session(world: World, environment: str) -> dict[str, str]:
    return world.client("sts", environment).get_session_token(DurationSeconds=900)["Credentials"]


def test_promotes_with_issued_sessions_throughout(world: World, names: Names) -> None:
    dev, tooling, prod = (session(world, environment) for environment in ("dev", "tooling", "prod"))
    assert dev["AccessKeyId"].startswith("ASIA")
    source = world.client("dynamodb", "dev", dev)
    source.create_table(
        TableName=names.dev("orders"),
        AttributeDefinitions=tables.attributes(id="S"),
        KeySchema=tables.key_schema("id"),
        BillingMode="PAY_PER_REQUEST",
    )
    tables.wait_active(world, "dev", names.dev("orders"))
    source.put_item(TableName=names.dev("orders"), Item={"id": {"S": "Grün & 'quoted' +/=~"}})
    execution = world.start(names.request("orders"), client=world.client("stepfunctions", "tooling", tooling))
    assert world.ended(execution).status == "SUCCEEDED"
    items = world.client("dynamodb", "prod", prod).scan(TableName=names.prod("orders"))["Items"]
    assert items == [{"id": {"S": "Grün & 'quoted' +/=~"}}]
    s3 = world.client("s3", "tooling", tooling)
    key = f"promotions/{names.promotion}/a folder/ä+b (1)~'!*.json"
    s3.put_object(Bucket=world.bucket, Key=key, Body=b"{}")
    assert s3.get_object(Bucket=world.bucket, Key=key)["Body"].read() == b"{}"
    assert key in [entry["Key"] for entry in s3.list_objects_v2(Bucket=world.bucket, Prefix=key[:-6])["Contents"]]


def test_gives_a_session_the_rights_of_root(world: World) -> None:
    identity = world.client("sts", "prod", session(world, "prod")).get_caller_identity()
    assert identity["Account"] == world.accounts["prod"]
    assert identity["Arn"] == f"arn:aws:iam::{world.accounts['prod']}:root"


@pytest.mark.parametrize("service", ["sts", "dynamodb", "s3", "stepfunctions", "iam"])
def test_refuses_a_session_with_a_wrong_secret(world: World, service: str) -> None:
    wrong = {**session(world, "tooling"), "SecretAccessKey": "not the secret that was issued"}
    client = world.client(service, "tooling", wrong)
    calls = {
        "sts": lambda: client.get_caller_identity(),
        "dynamodb": lambda: client.list_tables(),
        "s3": lambda: client.list_objects_v2(Bucket=world.bucket),
        "stepfunctions": lambda: client.list_state_machines(),
        "iam": lambda: client.list_roles(),
    }
    wanted = {
        "sts": "SignatureDoesNotMatch", "iam": "SignatureDoesNotMatch", "s3": "SignatureDoesNotMatch",
        "dynamodb": "InvalidSignatureException", "stepfunctions": "InvalidSignatureException",
    }  # fmt: skip
    assert code_of(calls[service]) == wanted[service]


def test_refuses_a_session_without_its_token_and_with_anothers(world: World) -> None:
    one, other = session(world, "dev"), session(world, "dev")
    mixed = {**one, "SessionToken": other["SessionToken"]}
    assert code_of(lambda: world.client("sts", "dev", mixed).get_caller_identity()) == "InvalidClientTokenId"


def test_refuses_a_key_that_was_never_issued(world: World) -> None:
    made_up = {"AccessKeyId": "ASIAMADEUPMADEUPMADE", "SecretAccessKey": "x", "SessionToken": "y"}
    assert code_of(lambda: world.client("sts", "dev", made_up).get_caller_identity()) == "InvalidClientTokenId"
    assert code_of(lambda: world.client("dynamodb", "dev", made_up).list_tables()) == "UnrecognizedClientException"


def test_refuses_a_request_that_is_not_signed(world: World) -> None:
    request = urllib.request.Request(
        world.endpoint,
        data=json.dumps({}).encode(),
        headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code in (400, 403)
    assert b"MissingAuthenticationToken" in refused.value.read()


def test_keeps_accounts_apart(world: World, names: Names) -> None:
    tables.create(world, "dev", names.dev("orders"))
    assert not tables.exists(world, "prod", names.dev("orders"))
    states = world.client("stepfunctions", "dev")
    assert code_of(lambda: states.start_execution(stateMachineArn=world.machine, input="{}")) == "AccessDeniedException"


def test_records_a_refused_call_as_not_allowed(world: World) -> None:
    since = len(world.calls())
    role = f"arn:aws:iam::{world.accounts['prod']}:role/DynamoDB-MigrationDest"
    assume = world.client("sts", "tooling").assume_role
    assert code_of(lambda: assume(RoleArn=role, RoleSessionName="stranger")) == "AccessDenied"
    [call] = world.calls()[since:]
    assert (call["operation"], call["resource"], call["allowed"]) == ("AssumeRole", role, False)


def test_refuses_operations_that_it_does_not_have_by_name(world: World) -> None:
    with pytest.raises(ClientError) as refused:
        world.client("dynamodb", "dev").list_global_tables()
    assert "ListGlobalTables" in str(refused.value)
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"


def test_creates_what_a_person_needs_besides_tables(world: World, names: Names) -> None:
    name = names.promotion
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "dms.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    iam = world.client("iam", "dev")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    assert iam.get_role(RoleName=name)["Role"]["Arn"] == arn
    secrets = world.client("secretsmanager", "dev")
    secrets.create_secret(Name=name, SecretString='{"password": "p"}')
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == '{"password": "p"}'
    key = world.client("kms", "dev").create_key(Description=name)["KeyMetadata"]
    assert key["KeyState"] == "Enabled" and key["AWSAccountId"] == world.accounts["dev"]
    topic = world.client("sns", "dev").create_topic(Name=name)["TopicArn"]
    assert topic.endswith(f":{world.accounts['dev']}:{name}")
    s3 = world.client("s3", "dev")
    s3.create_bucket(Bucket=f"bucket-{name}")
    s3.put_object(Bucket=f"bucket-{name}", Key="a/b", Body=b"text")
    assert s3.get_object(Bucket=f"bucket-{name}", Key="a/b")["Body"].read() == b"text"
