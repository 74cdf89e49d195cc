"""A bundle is text that people edit: legal edits are applied, broken ones told, and none is overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from support import tables
from support.contract import counts
from support.names import Names
from support.world import World


def export(world: World, names: Names, **members: Any) -> str:
    """Exports one table, answers the key of its file in the bundle."""
    tables.small_table(world, "dev", names.dev("orders"), 10, **members)
    world.succeed(names.request("orders", mode="export"))
    return f"promotions/{names.promotion}/dynamodb/export/tables/{names.dev('orders')}.json"


def test_applies_a_legal_edit(world: World, names: Names) -> None:
    key = export(world, names, Tags=[{"Key": "team", "Value": "data"}])
    definition = world.json(key)
    definition["tags"] = [{"Key": "team", "Value": "operations"}, {"Key": "stage", "Value": "prod"}]
    definition["table"]["BillingMode"] = "PROVISIONED"
    definition["table"]["ProvisionedThroughput"] = {"ReadCapacityUnits": 33, "WriteCapacityUnits": 44}
    definition["table"]["DeletionProtectionEnabled"] = True
    definition["timeToLive"] = {"AttributeName": "expires"}
    world.put(key, definition)

    run = world.succeed(names.request("orders", mode="import"))
    assert run.dynamodb["counts"] == counts(planned=1, created=1, verified=1)
    assert run.dynamodb["findings"] >= 1, "an edited file is a finding"
    report = world.json(run.result["report"]["key"])
    assert any(names.dev("orders") in finding["message"] for finding in report["kinds"]["dynamodb"]["findings"])
    tables.wait_time_to_live(world, "prod", names.prod("orders"))
    made = tables.settings(world, "prod", names.prod("orders"))
    assert made["tags"] == [("stage", "prod"), ("team", "operations")]
    assert (made["billing"], made["throughput"]) == ("PROVISIONED", (33, 44))
    assert made["protected"] is True
    assert made["timeToLive"] == ("ENABLED", "expires")
    assert tables.scan(world, "prod", names.prod("orders")) == tables.scan(world, "dev", names.dev("orders"))


def test_adds_an_index_by_an_edit(world: World, names: Names) -> None:
    key = export(world, names)
    definition = world.json(key)
    definition["table"]["AttributeDefinitions"].append({"AttributeName": "value", "AttributeType": "N"})
    definition["table"]["GlobalSecondaryIndexes"] = [
        {"IndexName": "by-value", "KeySchema": tables.key_schema("value"), "Projection": {"ProjectionType": "ALL"}}
    ]
    world.put(key, definition)
    world.succeed(names.request("orders", mode="import"))
    indexed = tables.scan(world, "prod", names.prod("orders"), IndexName="by-value", ConsistentRead=False)
    assert indexed == tables.scan(world, "prod", names.prod("orders"))
    assert len(indexed) == 10


BROKEN = {
    "an unknown member": (lambda it: it["table"].update(Colour="red"), ["/table", "Colour"]),
    "a wrong billing mode": (lambda it: it["table"].update(BillingMode="FREE"), ["/table/BillingMode", "FREE"]),
    "a capacity in a string": (
        lambda it: it["table"].update(ProvisionedThroughput={"ReadCapacityUnits": "5", "WriteCapacityUnits": 5}),
        ["/table/ProvisionedThroughput/ReadCapacityUnits", "5"],
    ),
    "no key schema": (lambda it: it["table"].pop("KeySchema"), ["/table/KeySchema"]),
    "a key type that does not exist": (
        lambda it: it["table"]["KeySchema"][0].update(KeyType="PRIMARY"),
        ["/table/KeySchema/0/KeyType", "PRIMARY"],
    ),
    "tags in an object": (lambda it: it.update(tags={"team": "data"}), ["/tags"]),
    "a member left out": (lambda it: it.pop("tags"), ["/tags"]),
}


@pytest.mark.parametrize("edit", BROKEN)
def test_refuses_an_edit_that_does_not_fit(world: World, names: Names, edit: str) -> None:
    change, shown = BROKEN[edit]
    key = export(world, names)
    definition = world.json(key)
    change(definition)
    world.put(key, definition)
    run = world.fail(names.request("orders", mode="import"), "Promotion.Config")
    assert run.writes() == []
    assert key in run.message, "it names the file"
    assert [part for part in shown if part not in run.message] == [], run.message
    assert not tables.exists(world, "prod", names.prod("orders"))


INCONSISTENT = {
    "a key without its attribute": lambda it: it["table"]["AttributeDefinitions"].clear(),
    "a key without its type": lambda it: it["table"]["KeySchema"][0].update(AttributeName="other"),
    "provisioned without a throughput": lambda it: it["table"].update(BillingMode="PROVISIONED"),
    "two partition keys": lambda it: it["table"]["KeySchema"].append({"AttributeName": "id", "KeyType": "HASH"}),
}


@pytest.mark.parametrize("edit", INCONSISTENT)
def test_refuses_an_edit_that_fits_the_form_but_makes_no_table(world: World, names: Names, edit: str) -> None:
    key = export(world, names)
    definition = world.json(key)
    INCONSISTENT[edit](definition)
    world.put(key, definition)
    run = world.fail(names.request("orders", mode="import"), "Promotion.Config")
    assert run.writes() == [], "it is found before anything is created"
    assert run.result["outcome"] == "failed", "nothing was changed"
    assert not tables.exists(world, "prod", names.prod("orders"))


@pytest.mark.parametrize("text", ["{", "", "[]", "null", '{"table": 5}'])
def test_refuses_a_file_that_is_no_definition(world: World, names: Names, text: str) -> None:
    key = export(world, names)
    world.put(key, text)
    run = world.fail(names.request("orders", mode="import"), "Promotion.Config")
    assert key in run.message
    assert run.writes() == []


def test_never_exports_over_an_edited_file(world: World, names: Names) -> None:
    key = export(world, names)
    definition = world.json(key)
    definition["tags"] = [{"Key": "edited", "Value": "yes"}]
    world.put(key, definition)
    for mode in ("export", "migrate"):
        run = world.fail(names.request("orders", mode=mode), "Promotion.Conflict")
        assert names.dev("orders") in run.message
        assert run.writes() == []
    assert world.json(key) == definition


def test_exports_again_over_a_file_that_nobody_edited(world: World, names: Names) -> None:
    key = export(world, names)
    arn = tables.describe(world, "dev", names.dev("orders"))["TableArn"]
    world.client("dynamodb", "dev").tag_resource(ResourceArn=arn, Tags=[{"Key": "new", "Value": "tag"}])
    world.succeed(names.request("orders", mode="export"))
    assert world.json(key)["tags"] == [{"Key": "new", "Value": "tag"}]


def test_keeps_former_versions_of_a_file(world: World, names: Names) -> None:
    key = export(world, names)
    first = world.text(key)
    world.put(key, {**world.json(key), "tags": [{"Key": "second", "Value": "version"}]})
    s3 = world.client("s3", "tooling")
    versions = s3.list_object_versions(Bucket=world.bucket, Prefix=key)["Versions"]
    assert len(versions) == 2
    oldest = s3.get_object(Bucket=world.bucket, Key=key, VersionId=versions[-1]["VersionId"])
    assert oldest["Body"].read().decode() == first
