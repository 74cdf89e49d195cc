"""What a table has beside its items: policy, insights, streaming, key, warm throughput and autoscaling, as boto3 sees them."""

from __future__ import annotations

import json
import time
from typing import Any, Callable

import pytest
from botocore.exceptions import ClientError

from support import tables
from support.names import Names
from support.world import World

UNITS = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def eventually(probe: Callable[[], Any], seconds: float = 30) -> Any:
    """What the probe answers once that is true."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)
    return found


def arn_of(world: World, name: str, environment: str = "dev") -> str:
    return f"arn:aws:dynamodb:us-east-1:{world.accounts[environment]}:table/{name}"


def test_a_policy_opens_a_table_to_another_account(world: World, names: Names) -> None:
    dynamodb, name = world.client("dynamodb", "dev"), names.dev("shared")
    items = tables.small_table(world, "dev", name, 1)
    arn = arn_of(world, name)
    theirs = world.client("dynamodb", "prod")
    assert code_of(theirs.get_item, TableName=arn, Key={"id": items[0]["id"]}) == "AccessDeniedException"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": world.accounts["prod"]},
        "Action": ["dynamodb:GetItem", "dynamodb:DescribeTable"],
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert code_of(dynamodb.get_resource_policy, ResourceArn=arn) == "PolicyNotFoundException"
    revision = dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy, ExpectedRevisionId="NO_POLICY")["RevisionId"]

    def shown() -> dict[str, Any] | None:
        try:
            return dynamodb.get_resource_policy(ResourceArn=arn)
        except dynamodb.exceptions.PolicyNotFoundException:
            return None

    answer = eventually(shown)
    assert (answer["Policy"], answer["RevisionId"]) == (policy, revision)
    assert theirs.get_item(TableName=arn, Key={"id": items[0]["id"]})["Item"] == items[0]
    assert theirs.describe_table(TableName=arn)["Table"]["TableArn"] == arn
    assert code_of(theirs.scan, TableName=arn) == "AccessDeniedException"
    wrong = policy.replace(arn, f"{arn}-other")
    assert code_of(dynamodb.put_resource_policy, ResourceArn=arn, Policy=wrong) == "ValidationException"
    arguments = {"ResourceArn": arn, "ExpectedRevisionId": revision}
    deleted = eventually(lambda: _unless_in_use(dynamodb.delete_resource_policy, **arguments))
    assert deleted["RevisionId"] == revision
    eventually(lambda: shown() is None)


def _unless_in_use(call: Callable[..., Any], **arguments: Any) -> Any:
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
        return None


def test_insights_and_streaming_are_switched_on_and_off(world: World, names: Names) -> None:
    dynamodb, name = world.client("dynamodb", "dev"), names.dev("watched")
    tables.create(world, "dev", name)
    assert dynamodb.describe_contributor_insights(TableName=name)["ContributorInsightsStatus"] == "DISABLED"
    switched = {"ContributorInsightsAction": "ENABLE", "ContributorInsightsMode": "THROTTLED_KEYS"}
    assert dynamodb.update_contributor_insights(TableName=name, **switched)["ContributorInsightsStatus"] == "ENABLING"
    insights = eventually(
        lambda: (found := dynamodb.describe_contributor_insights(TableName=name))["ContributorInsightsStatus"] == "ENABLED"
        and found
    )
    assert insights["ContributorInsightsMode"] == "THROTTLED_KEYS"
    listed = dynamodb.list_contributor_insights(TableName=name)["ContributorInsightsSummaries"]
    assert [one["TableName"] for one in listed] == [name]

    stream = f"arn:aws:kinesis:us-east-1:{world.accounts['dev']}:stream/{name}"
    destination = {"TableName": name, "StreamArn": stream}
    precision = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
    enabled = dynamodb.enable_kinesis_streaming_destination(**destination, EnableKinesisStreamingConfiguration=precision)
    assert enabled["DestinationStatus"] == "ENABLING"

    def state() -> str:
        (found,) = dynamodb.describe_kinesis_streaming_destination(TableName=name)["KinesisDataStreamDestinations"]
        assert (found["StreamArn"], found["ApproximateCreationDateTimePrecision"]) == (stream, "MICROSECOND")
        return found["DestinationStatus"]

    eventually(lambda: state() == "ACTIVE")
    assert code_of(dynamodb.enable_kinesis_streaming_destination, **destination) == "ValidationException"
    dynamodb.disable_kinesis_streaming_destination(**destination)
    eventually(lambda: state() == "DISABLED")
    missing = {"TableName": name, "StreamArn": f"{stream}-missing"}
    assert code_of(dynamodb.enable_kinesis_streaming_destination, **missing) == "ResourceNotFoundException"


def test_a_key_must_be_of_the_account_and_enabled(world: World, names: Names) -> None:
    dynamodb, name = world.client("dynamodb", "dev"), names.dev("keyed")
    kms = world.client("kms", "dev")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    foreign = world.client("kms", "prod").create_key()["KeyMetadata"]["Arn"]
    tables.create(world, "dev", name)

    def encrypt(key_id: str) -> dict[str, Any]:
        specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}
        return {"TableName": name, "SSESpecification": specification}

    assert code_of(dynamodb.update_table, **encrypt(foreign)) == "ValidationException"
    kms.disable_key(KeyId=key)
    assert code_of(dynamodb.update_table, **encrypt(key)) == "ValidationException"
    kms.enable_key(KeyId=key)
    dynamodb.update_table(**encrypt(key))
    described = tables.wait_active(world, "dev", name)
    assert described["SSEDescription"]["KMSMasterKeyArn"] == key


def test_warm_throughput_and_class_change(world: World, names: Names) -> None:
    dynamodb, name = world.client("dynamodb", "dev"), names.dev("warm")
    tables.create(world, "dev", name, WarmThroughput={"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 5000})
    dynamodb.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")
    described = tables.wait_active(world, "dev", name)
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert described["WarmThroughput"]["WriteUnitsPerSecond"] == 5000
    lower = {"TableName": name, "WarmThroughput": {"WriteUnitsPerSecond": 4999}}
    assert code_of(dynamodb.update_table, **lower) == "ValidationException"


def test_autoscaling_keeps_targets_and_policies(world: World, names: Names) -> None:
    name = names.dev("scaled")
    index = {
        "IndexName": "by-day",
        "KeySchema": tables.key_schema("day"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        "ProvisionedThroughput": UNITS,
    }
    tables.create(
        world,
        "dev",
        name,
        AttributeDefinitions=tables.attributes(id="S", day="S"),
        GlobalSecondaryIndexes=[index],
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
    )
    scaling = world.client("application-autoscaling", "dev")
    subjects = [
        {"ServiceNamespace": "dynamodb", "ResourceId": resource, "ScalableDimension": f"dynamodb:{kind}:{unit}CapacityUnits"}
        for resource, kind in ((f"table/{name}", "table"), (f"table/{name}/index/by-day", "index"))
        for unit in ("Read", "Write")
    ]
    policy = {"PolicyName": "follow", "PolicyType": "TargetTrackingScaling"}
    assert code_of(scaling.put_scaling_policy, **subjects[0], **policy, **tracking("Read")) == "ObjectNotFoundException"
    for subject in subjects:
        scaling.register_scalable_target(**subject, MinCapacity=12, MaxCapacity=40)
        unit = "Read" if "Read" in subject["ScalableDimension"] else "Write"
        scaling.put_scaling_policy(**subject, **policy, **tracking(unit))
    wanted = [f"table/{name}", f"table/{name}/index/by-day"]
    pages = list(scaling.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="dynamodb", ResourceIds=wanted))
    assert len(pages) == 2 and sum(len(page["ScalableTargets"]) for page in pages) == 4
    policies = scaling.get_paginator("describe_scaling_policies").paginate(
        ServiceNamespace="dynamodb", ResourceId=wanted[0]
    )
    found = [one for page in policies for one in page["ScalingPolicies"]]
    assert [one["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for one in found] == [70.0, 70.0]
    eventually(lambda: tables.describe(world, "dev", name)["ProvisionedThroughput"]["ReadCapacityUnits"] == 12)
    world.client("iam", "dev").get_role(RoleName="AWSServiceRoleForApplicationAutoScaling_DynamoDBTable")
    for subject in subjects:
        scaling.deregister_scalable_target(**subject)
    assert code_of(scaling.deregister_scalable_target, **subjects[0]) == "ObjectNotFoundException"
    recorded = [call for call in world.calls() if call["service"] == "application-autoscaling"]
    assert {call["operation"] for call in recorded} >= {"RegisterScalableTarget", "PutScalingPolicy"}
    nowhere = {**subjects[0], "ResourceId": "table/nowhere-at-all", "MinCapacity": 1, "MaxCapacity": 2}
    assert code_of(scaling.register_scalable_target, **nowhere) == "ValidationException"


def tracking(unit: str) -> dict[str, Any]:
    metric = {"PredefinedMetricType": f"DynamoDB{unit}CapacityUtilization"}
    return {
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0, "PredefinedMetricSpecification": metric}
    }
