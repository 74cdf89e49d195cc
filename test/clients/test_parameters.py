"""Parameter Store, as boto3 sees it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from support.names import Names
from support.world import World


def code_of(call, **arguments) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def test_versions_and_secure_strings_come_back(world: World, names: Names) -> None:
    ssm = world.client("ssm", "tooling")
    name = f"/{names.promotion}/token"
    assert ssm.put_parameter(Name=name, Value="one", Type="SecureString")["Version"] == 1
    assert code_of(ssm.put_parameter, Name=name, Value="two") == "ParameterAlreadyExists"
    assert ssm.put_parameter(Name=name, Value="two", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] != "two"
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "two"
    assert ssm.get_parameter(Name=f"{name}:1", WithDecryption=True)["Parameter"]["Value"] == "one"
    assert code_of(ssm.get_parameter, Name=f"{name}:9") == "ParameterVersionNotFound"
    ssm.delete_parameter(Name=name)
    assert code_of(ssm.get_parameter, Name=name) == "ParameterNotFound"


def test_a_tree_is_read_in_pages(world: World, names: Names) -> None:
    ssm = world.client("ssm", "tooling")
    wanted = [f"/{names.promotion}/{number:02}" for number in range(13)]
    for name in wanted:
        ssm.put_parameter(Name=name, Value="v", Type="String")
    pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/{names.promotion}"))
    assert len(pages) > 1
    assert [one["Name"] for page in pages for one in page["Parameters"]] == wanted
    described = ssm.get_paginator("describe_parameters").paginate()
    assert set(wanted) <= {one["Name"] for page in described for one in page["Parameters"]}
    answer = ssm.get_parameters(Names=[wanted[0], "/gone"])
    assert ([one["Name"] for one in answer["Parameters"]], answer["InvalidParameters"]) == ([wanted[0]], ["/gone"])


def test_what_is_not_built_is_refused_by_name(world: World) -> None:
    ssm = world.client("ssm", "tooling")
    assert code_of(ssm.list_documents) == "UnknownOperationException"
    assert code_of(ssm.put_parameter, Name="x", Value="v", Type="String", Policies="[]") == "ValidationException"
