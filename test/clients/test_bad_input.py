"""Inputs that are wrong: each ends with a clear error, and nothing is changed anywhere."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import tables
from support.names import Names
from support.world import World

TABLE = "DEV-refused"
REMOVED = object()


@pytest.fixture(scope="module", autouse=True)
def source(world: World) -> None:
    tables.small_table(world, "dev", TABLE)
    tables.small_table(world, "dev", "DEV-refused-too")


def changed(*path_and_value: Any) -> Any:
    """A right input with one member, named by its path, set to a value or removed."""
    *path, value = path_and_value
    request: Any = {
        "mode": "migrate",
        "source": "dev",
        "destination": "prod",
        "promotionId": "refused",
        "kinds": {"dynamodb": {"tables": [TABLE], "rename": {"prefix": {"from": "DEV-", "to": "PROD-"}}}},
    }
    target = request
    for name in path[:-1]:
        target = target[name]
    if value is REMOVED:
        del target[path[-1]]
    elif isinstance(target, list) and path[-1] == len(target):
        target.append(value)
    else:
        target[path[-1]] = value
    return request


DYNAMODB = ("kinds", "dynamodb")
CONFIG = {
    # name: (input, JSON pointer, what the cause must show besides)
    "an unknown field": (changed("colour", "red"), "/colour", ["colour"]),
    "an unknown field of a kind": (changed(*DYNAMODB, "segmnts", 4), "/kinds/dynamodb/segmnts", ["segmnts"]),
    "an unknown field of a table": (changed(*DYNAMODB, "tables", [{"name": TABLE, "to": "x-1"}]), "/kinds/dynamodb/tables/0", ["to"]),
    "an unknown field of the rename rule": (changed(*DYNAMODB, "rename", "suffix", "-2"), "/kinds/dynamodb/rename", ["suffix"]),
    "an unknown kind": (changed("kinds", "redshift", {}), "/kinds", ["redshift"]),
    "an unknown mode": (changed("mode", "copy"), "/mode", ["copy", "migrate"]),
    "a mode in the wrong case": (changed("mode", "Migrate"), "/mode", ["Migrate", "migrate"]),
    "a mode that is no string": (changed("mode", 5), "/mode", ["5"]),
    "no mode": (changed("mode", REMOVED), "/mode", ["mode"]),
    "no source": (changed("source", REMOVED), "/source", ["source"]),
    "no destination": (changed("destination", REMOVED), "/destination", ["destination"]),
    "no kinds": (changed("kinds", REMOVED), "/kinds", ["kinds"]),
    "not one kind": (changed("kinds", {}), "/kinds", ["dynamodb"]),
    "an unknown source": (changed("source", "test"), "/source", ["test", "dev"]),
    "an unknown destination": (changed("destination", "production"), "/destination", ["production", "prod"]),
    "an account id as environment": (changed("destination", "333333333333"), "/destination", ["333333333333"]),
    "a name that objects inherit": (changed("destination", "constructor"), "/destination", ["constructor"]),
    "the same account and region on both sides": (changed("destination", "dev"), "/destination", ["dev", "222222222222"]),
    "a promotion id with a slash": (changed("promotionId", "a/b"), "/promotionId", ["a/b"]),
    "a promotion id of one letter": (changed("promotionId", "a"), "/promotionId", ["2"]),
    "a promotion id of 41 letters": (changed("promotionId", "a" * 41), "/promotionId", ["40"]),
    "a bundle with a path in it": (changed("bundle", "../other"), "/bundle", ["../other"]),
    "a bundle that migrate does not read": (changed("bundle", "another"), "/bundle", ["another"]),
    "an unknown approval": (changed("approval", "maybe"), "/approval", ["maybe", "none"]),
    "an unknown onFailure": (changed("onFailure", "retry"), "/onFailure", ["retry", "keep"]),
    "no tables": (changed(*DYNAMODB, "tables", []), "/kinds/dynamodb/tables", []),
    "tables left out": (changed(*DYNAMODB, "tables", REMOVED), "/kinds/dynamodb/tables", []),
    "a table that is a number": (changed(*DYNAMODB, "tables", 1, 7), "/kinds/dynamodb/tables/1", ["7"]),
    "an illegal table name": (changed(*DYNAMODB, "tables", 1, "DEV orders"), "/kinds/dynamodb/tables/1", ["DEV orders"]),
    "a table name of two letters": (changed(*DYNAMODB, "tables", [{"name": TABLE, "as": "ab"}]), "/kinds/dynamodb/tables/0/as", ["ab"]),
    "a destination name of 256 letters": (
        changed(*DYNAMODB, "rename", "prefix", "to", "P" * 256), "/kinds/dynamodb/tables/0", ["PPPP"]),
    "two tables that become one": (
        changed(*DYNAMODB, "tables", [TABLE, {"name": "DEV-refused-too", "as": "PROD-refused"}]),
        "/kinds/dynamodb/tables/1", ["PROD-refused", TABLE, "DEV-refused-too"]),
    "a table named twice": (changed(*DYNAMODB, "tables", [TABLE, TABLE]), "/kinds/dynamodb/tables/1", [TABLE]),
    "a table that the rename rule does not touch": (
        changed(*DYNAMODB, "rename", "prefix", "from", "TEST-"), "/kinds/dynamodb/tables/0", [TABLE, "TEST-"]),
    "a prefix further on in the name": (
        changed(*DYNAMODB, "tables", ["x-DEV-refused"]), "/kinds/dynamodb/tables/0", ["x-DEV-refused", "DEV-"]),
    "an empty prefix": (changed(*DYNAMODB, "rename", "prefix", "from", ""), "/kinds/dynamodb/rename/prefix/from", []),
    "an unknown existing": (changed(*DYNAMODB, "existing", "overwrite"), "/kinds/dynamodb/existing", ["overwrite", "merge"]),
    "an unknown verify": (changed(*DYNAMODB, "verify", "partly"), "/kinds/dynamodb/verify", ["partly", "full"]),
    "no segments at all": (changed(*DYNAMODB, "segments", 0), "/kinds/dynamodb/segments", ["1"]),
    "half a segment": (changed(*DYNAMODB, "segments", 1.5), "/kinds/dynamodb/segments", ["1.5"]),
    "a million and one segments": (changed(*DYNAMODB, "segments", 1_000_001), "/kinds/dynamodb/segments", ["1000000"]),
    "segments in a string": (changed(*DYNAMODB, "segments", "8"), "/kinds/dynamodb/segments", ["8", "auto"]),
    "an input that is a list": ([changed("mode", "plan")], "", ["object"]),
    "an input that is a string": ("migrate", "", ["object"]),
    "an input that is null": (None, "", ["object"]),
    "an empty input": ({}, "/mode", ["mode"]),
}  # fmt: skip

UNSUPPORTED = {
    "an approval": (changed("approval", "required"), "/approval"),
    "undoing what failed": (changed("onFailure", "rollback"), "/onFailure"),
    "stages of a rollback": (changed("rollback", {"stages": ["assets"]}), "/rollback"),
    "QuickSight": (changed("kinds", "quicksight", {}), "/kinds/quicksight"),
    "DMS": (changed("kinds", "dms", {}), "/kinds/dms"),
    "Databricks": (changed("kinds", "databricks", {}), "/kinds/databricks"),
}


def refuse(world: World, request: Any, error: str) -> str:
    """Runs an input that must be refused before anything is written, answers the message."""
    run = world.fail(copy.deepcopy(request), error)
    assert run.writes() == [], "a refused input changes no asset"
    assert run.writes("s3") == [], "a refused input writes no artefact"
    assert run.result["outcome"] == "failed"
    assert run.result["kinds"] == {}
    return run.message


@pytest.mark.parametrize("name", CONFIG)
def test_refuses(world: World, name: str) -> None:
    request, pointer, shown = CONFIG[name]
    message = refuse(world, request, "Promotion.Config")
    assert pointer in message
    assert [part for part in shown if part not in message] == [], message


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_says_what_is_not_built_yet(world: World, name: str) -> None:
    request, pointer = UNSUPPORTED[name]
    assert pointer in refuse(world, request, "Promotion.Unsupported")


def test_leaves_nothing_behind_for_refused_input(world: World) -> None:
    refuse(world, changed("colour", "red"), "Promotion.Config")
    assert world.keys("promotions/refused/") == []
    assert world.keys("locks/promotion/refused.json") == []
    assert not tables.exists(world, "prod", "PROD-refused")


def test_refuses_text_that_is_no_json_at_the_door(world: World) -> None:
    with pytest.raises(ClientError) as refused:
        world.client("stepfunctions", "tooling").start_execution(stateMachineArn=world.machine, input="{mode: migrate}")
    assert refused.value.response["Error"]["Code"] == "InvalidExecutionInput"


def test_refuses_a_source_table_that_does_not_exist(world: World, names: Names) -> None:
    run = world.fail(names.request({"name": TABLE}, "ghost"), "Promotion.Config")
    assert run.writes() == []
    assert names.dev("ghost") in run.message and "/kinds/dynamodb/tables/1" in run.message and "dev" in run.message
    assert run.dynamodb["counts"]["created"] == 0
    assert not tables.exists(world, "prod", "PROD-refused")


@pytest.mark.parametrize("mode", ["import", "verify"])
def test_refuses_a_bundle_that_does_not_exist(world: World, names: Names, mode: str) -> None:
    run = world.fail(names.request({"name": TABLE}, mode=mode, bundle="never-exported"), "Promotion.Config")
    assert run.writes() == []
    assert "/bundle" in run.message and "never-exported" in run.message


def test_refuses_to_roll_back_a_promotion_that_does_not_exist(world: World, names: Names) -> None:
    run = world.run(names.request({"name": TABLE}, mode="rollback", bundle="never-imported"))
    assert run.writes() == []
    assert (run.status, run.error) == ("FAILED", "Promotion.Config"), run.result
    assert "/bundle" in run.message and "never-imported" in run.message


def test_refuses_a_bundle_that_lacks_a_requested_kind(world: World, names: Names) -> None:
    world.put(f"promotions/{names.promotion}-other/quicksight/export/manifest.json", {"kind": "quicksight"})
    run = world.fail(names.request({"name": TABLE}, mode="import", bundle=f"{names.promotion}-other"), "Promotion.Config")
    assert run.writes() == []
    assert "/bundle" in run.message and "dynamodb" in run.message


def test_refuses_a_bundle_that_lacks_a_requested_table(world: World, names: Names) -> None:
    world.succeed(names.request({"name": TABLE}, mode="export"))
    run = world.fail(names.request({"name": TABLE}, "DEV-refused-too", mode="import"), "Promotion.Config")
    assert run.writes() == []
    assert "/kinds/dynamodb/tables/1" in run.message


def test_refuses_a_bundle_from_another_source(world: World, names: Names) -> None:
    world.succeed(names.request({"name": TABLE}, mode="export"))
    request = names.request({"name": TABLE}, mode="import", source="staging", bundle=names.promotion)
    run = world.fail({**request, "promotionId": f"{names.promotion}-2"}, "Promotion.Config")
    assert run.writes() == []
    assert "/bundle" in run.message and "dev" in run.message and "staging" in run.message


def test_says_which_role_cannot_be_assumed(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    iam = world.client("iam", "staging")
    trust = iam.get_role(RoleName="DynamoDB-MigrationDest")["Role"]["AssumeRolePolicyDocument"]
    closed = copy.deepcopy(trust)
    for statement in closed["Statement"]:
        statement["Effect"] = "Deny"
    iam.update_assume_role_policy(RoleName="DynamoDB-MigrationDest", PolicyDocument=json.dumps(closed))
    try:
        run = world.fail(names.request("orders", destination="staging"), "Promotion.Permission")
    finally:
        iam.update_assume_role_policy(RoleName="DynamoDB-MigrationDest", PolicyDocument=json.dumps(trust))
    assert run.writes() == []
    assert "DynamoDB-MigrationDest" in run.message and world.accounts["staging"] in run.message
    world.succeed(names.request("orders", destination="staging"))
