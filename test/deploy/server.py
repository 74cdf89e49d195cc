"""MiniStack on a free loopback port, in a folder of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3

# MiniStack gives every session of AssumeRole to the default account, so all environments lie in it.
ACCOUNT = "000000000000"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def root_environment(endpoint: str) -> dict[str, str]:
    """The process environment with root keys of the account, and nothing of the person's own AWS configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextlib.contextmanager
def running(home: Path):
    """Starts the server and yields its endpoint and version; stops it in the end."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    environment = {
        **root_environment(endpoint),
        "GATEWAY_PORT": str(port),
        # Without these it listens on every interface, and for SFTP and MQTT too.
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        # Waits of a state machine are modelled time: twenty times shorter.
        "SFN_WAIT_SCALE": "0.05",
    }
    with open(home / "ministack.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "ministack"], cwd=home, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield endpoint, wait_until_ready(endpoint, server, home / "ministack.log")
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_ready(endpoint: str, server: subprocess.Popen, log: Path) -> str:
    for _ in range(120):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as answer:
                return json.load(answer).get("version", "unknown")
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"MiniStack did not start within 30 seconds:\n{log.read_text()[-2000:]}")


def client(endpoint: str, service: str, region: str = "us-east-1"):
    """A client as root of the account."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="any",
    )
