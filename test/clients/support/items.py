"""Items at the limits of what DynamoDB takes."""

from __future__ import annotations

from typing import Any

KIBIBYTE = 1024
MAX_DEPTH = 32

NUMBERS = [
    "0",
    "-1",
    "12345678901234567890123456789012345678",
    "-12345678901234567890123456789012345678",
    "1.2345678901234567890123456789012345678",
    "0.00000000000000000000000000000000000012345678901234567890123456789012345678",
    "9.9999999999999999999999999999999999999E+125",
    "-9.9999999999999999999999999999999999999E+125",
    "1E-130",
    "-1E-130",
    "1234567890123456789012345678901234567800000000000000000000000000000000000000",
]


def nested(depth: int) -> dict[str, Any]:
    """Lists and maps in turn around one string, `depth` levels deep."""
    value: dict[str, Any] = {"S": "the innermost"}
    for level in range(depth):
        value = {"L": [value]} if level % 2 else {"M": {"down": value}}
    return value


def of_all_types(partition: str) -> list[dict[str, Any]]:
    """Items that use each of the ten types, empty values, extreme numbers, deep nesting and odd names."""
    every: dict[str, Any] = {
        "string": {"S": "Grüße, 世界 \U0001f600 \"quoted\" \\ \n\t\u0000\u2028"},
        "number": {"N": "3.14"},
        "binary": {"B": bytes(range(256))},
        "true": {"BOOL": True},
        "false": {"BOOL": False},
        "null": {"NULL": True},
        "list": {"L": [{"S": ""}, {"N": "1"}, {"L": []}, {"M": {}}, {"NULL": True}, {"SS": ["b", "a"]}]},
        "map": {"M": {"inner": {"M": {"numbers": {"NS": ["3", "1", "2.5"]}, "bytes": {"BS": [b"\x00", b"\xff"]}}}}},
        "strings": {"SS": ["zebra", "apple", "Äpfel", ""]},
        "numbers": {"NS": NUMBERS},
        "binaries": {"BS": [b"", b"\x00\x01", b"\xfe"]},
        "empty string": {"S": ""},
        "empty binary": {"B": b""},
        "empty list": {"L": []},
        "empty map": {"M": {}},
        "#odd.name[0] ä": {"S": "a name that expressions must alias"},
        "toJSON": {"S": "names that JavaScript objects have"},
        "constructor": {"M": {"hasOwnProperty": {"NULL": True}}},
    }
    items = [every]
    items += [{"number": {"N": number}} for number in NUMBERS]
    items += [{"deep": nested(MAX_DEPTH)}, {"key": {"S": "nothing else"}}]
    return [{"id": {"S": partition}, "position": {"N": str(index)}, **item} for index, item in enumerate(items)]


def large(count: int, size: int = 399 * KIBIBYTE) -> list[dict[str, Any]]:
    """Items of exactly `size` bytes as the service counts them, in characters of one, three and four bytes."""
    items = []
    for number in range(count):
        identifier = f"large {number}"
        room = size - len("id") - len(identifier) - len("text")
        letter = ("x", "世", "\U0001f600")[number % 3]
        text = letter * (room // len(letter.encode()))
        text += "." * (room - len(text.encode()))
        items.append({"id": {"S": identifier}, "text": {"S": text}})
    return items


def small(count: int) -> list[dict[str, Any]]:
    """Small items with the attributes that the indexes of the tests use; every tenth is in no sparse index."""
    items = []
    for number in range(count):
        item = {
            "id": {"S": f"order {number:05}"},
            "customer": {"S": f"customer {number % 97}"},
            "amount": {"N": f"{number * 7 % 1000}.{number % 100:02}"},
            "note": {"S": "" if number % 3 else "rush"},
        }
        if number % 10:
            item["state"] = {"S": ("open", "paid", "sent")[number % 3]}
        items.append(item)
    return items
