"""Exports to S3, imports from it, and backups, as boto3 sees them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import tables
from support.names import Names
from support.world import World

SECONDS = 60
Item = dict[str, Any]

ITEMS: list[Item] = [
    {"pk": {"S": "strings"}, "escapes": {"S": "quote\" backslash\\ line\n tab\t"}, "wide": {"S": "zażółć 日本語 🦑"}},
    {"pk": {"S": "numbers"}, "digits": {"N": "1" * 38}, "small": {"N": "1E-130"}, "negative": {"N": "-17.5"}},
    {"pk": {"S": "binaries"}, "bytes": {"B": b"\x00\x01\xfe\xff"}, "none": {"B": b""}},
    {"pk": {"S": "others"}, "yes": {"BOOL": True}, "no": {"BOOL": False}, "nothing": {"NULL": True}},
    {"pk": {"S": "sets"}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["-2", "3.5"]}, "bs": {"BS": [b"\x00", b"\x01"]}},
    {"pk": {"S": "documents"}, "list": {"L": [{"S": ""}, {"L": []}, {"M": {}}]}, "map": {"M": {"null": {"S": "x"}}}},
    *({"pk": {"S": f"row-{number}"}, "n": {"N": str(number)}} for number in range(30)),
]


def eventually(describe: Callable[[], dict[str, Any]], member: str, during: tuple[str, ...]) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while (described := describe())[member] in during:
        assert time.monotonic() < deadline, described
        time.sleep(0.05)
    return described


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def recoverable(world: World, name: str, items: list[Item]) -> str:
    """Makes a table of the development account with these items and point-in-time recovery, answers its ARN."""
    dynamodb = world.client("dynamodb", "dev")
    arn = dynamodb.create_table(**parameters(name))["TableDescription"]["TableArn"]
    tables.wait_active(world, "dev", name)
    for item in items:
        dynamodb.put_item(TableName=name, Item=item)
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            dynamodb.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            return arn
        except dynamodb.exceptions.ContinuousBackupsUnavailableException:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def parameters(name: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "AttributeDefinitions": tables.attributes(pk="S"),
        "KeySchema": tables.key_schema("pk"),
        "BillingMode": "PAY_PER_REQUEST",
    }


def bucket_for(world: World, name: str) -> str:
    """A bucket of the development account that the production account may read."""
    s3 = world.client("s3", "dev")
    s3.create_bucket(Bucket=name)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{world.accounts['prod']}:root"},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return name


def exported(world: World, **request: Any) -> dict[str, Any]:
    dynamodb = world.client("dynamodb", "dev")
    begun = dynamodb.export_table_to_point_in_time(**request)["ExportDescription"]
    assert begun["ExportStatus"] == "IN_PROGRESS"
    describe = lambda: dynamodb.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]
    return eventually(describe, "ExportStatus", ("IN_PROGRESS",))


def imported(world: World, environment: str = "prod", **request: Any) -> dict[str, Any]:
    dynamodb = world.client("dynamodb", environment)
    begun = dynamodb.import_table(**request)["ImportTableDescription"]
    assert begun["ImportStatus"] == "IN_PROGRESS"
    describe = lambda: dynamodb.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]
    return eventually(describe, "ImportStatus", ("IN_PROGRESS",))


@pytest.mark.parametrize("form", ["DYNAMODB_JSON", "ION"])
def test_an_export_holds_what_its_manifests_say_and_is_imported_elsewhere(
    world: World, names: Names, form: str
) -> None:
    arn = recoverable(world, names.dev("rows"), ITEMS)
    bucket = bucket_for(world, f"{names.promotion}-{form.lower().replace('_', '-')}"[:63])
    done = exported(world, TableArn=arn, S3Bucket=bucket, S3Prefix="a/b", ExportFormat=form)
    assert (done["ExportStatus"], done["ItemCount"]) == ("COMPLETED", len(ITEMS)), done
    s3 = world.client("s3", "dev")
    read = lambda key: s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    md5 = lambda body: base64.b64encode(hashlib.md5(body).digest()).decode()
    folder = done["ExportManifest"].removesuffix("manifest-summary.json")
    assert folder.startswith("a/b/AWSDynamoDB/")
    summary = json.loads(read(done["ExportManifest"]))
    told = [summary[member] for member in ("itemCount", "outputFormat", "exportArn")]
    assert told == [len(ITEMS), form, done["ExportArn"]]
    for manifest in ("summary", "files"):
        assert read(f"{folder}manifest-{manifest}.md5").decode() == md5(read(f"{folder}manifest-{manifest}.json"))
    files = [json.loads(line) for line in read(summary["manifestFilesS3Key"]).splitlines()]
    assert sum(file["itemCount"] for file in files) == len(ITEMS)
    assert sum(file["itemCount"] > 0 for file in files) > 1
    for file in files:
        body = read(file["dataFileS3Key"])
        assert file["md5Checksum"] == md5(body)
        assert len(gzip.decompress(body).splitlines()) == file["itemCount"]
    name = names.prod("rows")
    source = {"S3Bucket": bucket, "S3BucketOwner": world.accounts["dev"], "S3KeyPrefix": f"{folder}data/"}
    ended = imported(
        world,
        S3BucketSource=source,
        InputFormat=form,
        InputCompressionType="GZIP",
        TableCreationParameters=parameters(name),
    )
    assert (ended["ImportStatus"], ended["ImportedItemCount"]) == ("COMPLETED", len(ITEMS)), ended
    assert tables.scan(world, "prod", name) == tables.scan(world, "dev", names.dev("rows"))


def test_an_export_is_refused_or_fails_for_what_is_wrong_with_it(world: World, names: Names) -> None:
    dynamodb = world.client("dynamodb", "dev")
    arn = recoverable(world, names.dev("rows"), ITEMS[:1])
    begin = dynamodb.export_table_to_point_in_time
    known = {"TableArn": arn, "S3Bucket": "some-bucket"}
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert code_of(begin, **{**known, "TableArn": f"{arn}-else"}) == "TableNotFoundException"
    assert code_of(begin, **known, ExportTime=later) == "InvalidExportTimeException"
    assert code_of(begin, **known, ExportType="INCREMENTAL_EXPORT") == "ValidationException"
    first = begin(**known, ClientToken=names.promotion)["ExportDescription"]
    assert begin(**known, ClientToken=names.promotion)["ExportDescription"]["ExportArn"] == first["ExportArn"]
    assert code_of(begin, **known, ClientToken=names.promotion, ExportFormat="ION") == "ExportConflictException"
    missing = exported(world, TableArn=arn, S3Bucket=f"{names.promotion}-missing"[:63])
    assert (missing["ExportStatus"], missing["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    foreign = exported(world, TableArn=arn, S3Bucket=world.bucket)
    assert (foreign["ExportStatus"], foreign["FailureCode"]) == ("FAILED", "S3AccessDenied")
    dynamodb.update_continuous_backups(
        TableName=names.dev("rows"), PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert code_of(begin, **known) == "PointInTimeRecoveryUnavailableException"
    page = dynamodb.list_exports(TableArn=arn, MaxResults=2)
    rest = dynamodb.list_exports(TableArn=arn, MaxResults=2, NextToken=page["NextToken"])
    assert [len(page["ExportSummaries"]), len(rest["ExportSummaries"]), "NextToken" in rest] == [2, 1, False]


def test_an_import_keeps_what_is_good_and_counts_the_rest(world: World, names: Names) -> None:
    bucket = bucket_for(world, f"{names.promotion}-in"[:63])
    s3 = world.client("s3", "dev")
    line = lambda item: json.dumps({"Item": item}) + "\n"
    s3.put_object(Bucket=bucket, Key="in/1", Body=line({"pk": {"S": "one"}}) + "\n" + line({"pk": {"N": "2"}}))
    s3.put_object(Bucket=bucket, Key="in/2", Body='{"NotAnItem": {}}\n' + line({"pk": {"S": "given up"}}))
    request = {
        "S3BucketSource": {"S3Bucket": bucket, "S3KeyPrefix": "in/"},
        "InputFormat": "DYNAMODB_JSON",
        "TableCreationParameters": parameters(names.dev("in")),
    }
    ended = imported(world, "dev", **request)
    assert (ended["ImportStatus"], ended["FailureCode"]) == ("FAILED", "ItemValidationError")
    counts = [ended[f"{kind}Count"] for kind in ("ProcessedItem", "ImportedItem", "Error")]
    assert counts == [3, 1, 2]
    assert tables.scan(world, "dev", names.dev("in")) == [{"pk": {"S": "one"}}]
    dynamodb = world.client("dynamodb", "dev")
    assert code_of(dynamodb.import_table, **request) == "ResourceInUseException"
    assert code_of(dynamodb.import_table, **{**request, "InputFormat": "CSV"}) == "ValidationException"
    lost = imported(
        world,
        **{
            **request,
            "S3BucketSource": {"S3Bucket": f"{bucket}-lost"[:63]},
            "TableCreationParameters": parameters(names.prod("in")),
        },
    )
    assert (lost["ImportStatus"], lost["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert not tables.exists(world, "prod", names.prod("in"))


def test_a_backup_brings_back_a_table_that_is_gone(world: World, names: Names) -> None:
    dynamodb = world.client("dynamodb", "dev")
    name, copy = names.dev("rows"), names.dev("copy")
    recoverable(world, name, ITEMS)
    before = tables.scan(world, "dev", name)
    arn = dynamodb.create_backup(TableName=name, BackupName="before")["BackupDetails"]["BackupArn"]
    describe = lambda: dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]
    assert eventually(describe, "BackupStatus", ("CREATING",))["BackupStatus"] == "AVAILABLE"
    restore = dynamodb.restore_table_from_backup
    assert code_of(restore, BackupArn=arn, TargetTableName=name) == "TableAlreadyExistsException"
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    begun = restore(BackupArn=arn, TargetTableName=copy)["TableDescription"]
    assert (begun["TableStatus"], begun["RestoreSummary"]["RestoreInProgress"]) == ("CREATING", True)
    tables.wait_active(world, "dev", copy)
    assert tables.scan(world, "dev", copy) == before
    pages = dynamodb.get_paginator("list_backups").paginate(TableName=name)
    assert [one["BackupArn"] for page in pages for one in page["BackupSummaries"]] == [arn]
    assert dynamodb.delete_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"] == "DELETED"
    assert code_of(dynamodb.describe_backup, BackupArn=arn) == "BackupNotFoundException"


def test_what_is_not_built_is_refused_by_name(world: World, names: Names) -> None:
    dynamodb = world.client("dynamodb", "dev")
    request = {"SourceTableName": names.dev("rows"), "TargetTableName": names.dev("copy")}
    assert code_of(dynamodb.restore_table_to_point_in_time, **request) == "UnknownOperationException"
