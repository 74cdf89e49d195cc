"""Application Auto Scaling as far as tables without scalable targets need it: MiniStack has no such service."""

import contextlib
import http.server
import json
import threading

from server import client

ANSWERS = {
    "DescribeScalableTargets": {"ScalableTargets": []},
    "DescribeScalingPolicies": {"ScalingPolicies": []},
    "DescribeScheduledActions": {"ScheduledActions": []},
}
# The variable of the AWS SDKs for the address of one service alone.
VARIABLE = "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        answer = ANSWERS.get(operation)
        body = json.dumps(answer or {"__type": "ValidationException", "message": f"no {operation} here"}).encode()
        self.send_response(200 if answer else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The lane prints what it does itself."""


@contextlib.contextmanager
def answering():
    """Serves on a free loopback port and yields the address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def point_functions_at(endpoint: str, address: str) -> None:
    """Tells the deployed functions where this one service is; everything else of them stays as it was deployed."""
    functions = client(endpoint, "lambda")
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = {**function.get("Environment", {}).get("Variables", {}), VARIABLE: address}
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": variables}
            )
