"""A promotion by the deployed functions, called in the order in which the machines would call them."""

import datetime
import json
import time

import machine
from server import ACCOUNT, client

STATES = f"arn:aws:states:us-east-1:{ACCOUNT}:execution:cross-account-promoter"
# Tables and settings are waited for by the machines; here no wait is longer than this.
LONGEST_PAUSE_SECONDS = 1
MOST_CALLS = 200


class Functions:
    """The functions of one promotion, and what every one of them is called with."""

    def __init__(self, endpoint: str, promotion_id: str, say):
        self.clients = {service: client(endpoint, service) for service in ("lambda", "s3")}
        self.say = say
        self.execution = f"{STATES}-promotion:{promotion_id}"
        self.child = f"{STATES}-dynamodb:{promotion_id}"
        self.common = {"promotionId": promotion_id, "promotionExecution": self.execution}
        self.child_input = dict(self.common)

    def call(self, worker: str, payload: dict) -> dict:
        answer = self.clients["lambda"].invoke(
            FunctionName=f"cross-account-promoter-{worker}", Payload=json.dumps(payload).encode()
        )
        result = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise SystemExit(f"  {worker} failed: {result.get('errorType')}: {str(result.get('errorMessage'))[:1500]}")
        return result

    def until_done(self, worker: str, payload: dict) -> dict:
        """Calls a worker again for as long as it asks for it, as the states Do, More? and Pause do."""
        for polls in range(MOST_CALLS):
            result = self.call(worker, {**payload, "polls": polls})
            if not result["more"]:
                self.say(f"  {worker}: done after {polls + 1} calls")
                return result
            time.sleep(min(result["waitSeconds"], LONGEST_PAUSE_SECONDS))
        raise SystemExit(f"  {worker} still asks to be called again after {MOST_CALLS} calls")

    def each_group(self, worker: str, segments: dict) -> None:
        """What a Distributed Map does: one child for each line of the list, in exactly the version that was named."""
        version = {"VersionId": segments["versionId"]} if "versionId" in segments else {}
        body = self.clients["s3"].get_object(Bucket=segments["bucket"], Key=segments["key"], **version)["Body"].read()
        groups = [json.loads(line) for line in body.decode().splitlines()]
        for group in groups:
            while self.call(worker, {**self.child_input, "group": group})["more"]:
                pass
        self.say(f"  {worker}: {len(groups)} groups of segments")

    def rounds(self, worker: str, collector: str, begun: dict) -> None:
        while begun["segments"] is not None:
            self.each_group(worker, begun["segments"])
            last = {"round": begun["round"], "concurrency": begun["concurrency"]}
            begun = self.until_done(collector, {**self.common, "execution": self.child, **last})


def promote(endpoint: str, promotion_id: str, say) -> None:
    """Validate, lock, export, plan, prepare, copy, collect, finalize, verify, compare, collect, report."""
    functions = Functions(endpoint, promotion_id, say)
    started = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    start = {
        "input": machine.request(promotion_id),
        "execution": functions.execution,
        "executionName": promotion_id,
    }
    steps = functions.call("PromotionValidate", start)["steps"]
    say(f"  PromotionValidate: {', '.join(step['verb'] for step in steps)}")
    request = functions.until_done("PromotionLock", start)["request"]
    functions.common["request"] = request
    control = {**functions.common, "execution": functions.child}
    functions.until_done("DynamoDbExport", control)
    functions.until_done("DynamoDbPlan", control)
    prepared = functions.until_done("DynamoDbPrepare", control)
    functions.rounds("DynamoDbCopy", "DynamoDbCollect", prepared)
    functions.until_done("DynamoDbFinalize", control)
    functions.rounds("DynamoDbCompare", "DynamoDbVerify", functions.until_done("DynamoDbVerify", control))
    reported = functions.call(
        "PromotionReport",
        {
            "execution": functions.execution,
            "executionName": promotion_id,
            "promotionId": promotion_id,
            "startedAt": started,
            "request": request,
            "results": [{"kind": "dynamodb", "verb": step["verb"]} for step in steps],
            "rejected": None,
        },
    )
    if reported["outcome"] != "succeeded":
        raise SystemExit(f"  PromotionReport: {reported['outcome']}: {reported['error']}: {reported['cause'][:1500]}")
    say(f"  PromotionReport: succeeded {json.dumps(reported['result']['kinds']['dynamodb'])}")
