"""MiniStack as the deploy test runs it: `python -m hypercorn --bind 127.0.0.1:PORT emulator:app`.

The emulator is the work of others and stays as it was published. Where version 1.5.33 does not do what
CloudFormation's pages say (read 2026-11-22), and the stack could not be deployed or its functions not be held to
their rights, it is mended here, from outside. docs/testing.md lists these mends, and what is left as it is.
"""

import json
import string
import threading
from secrets import choice

from ministack.app import app as ministack
from ministack.core import iam_actions, lambda_runtime
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


async def app(scope, receive, send):
    """Serves as if behind a proxy that ends TLS: buckets and queues of the stack refuse what came without."""
    if scope["type"] == "http":
        scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
    await ministack(scope, receive, send)


def mend_secret_references():
    """`Ref` of a secret is its ARN, not its name (AWS::SecretsManager::Secret, Return values)."""
    known = HANDLERS["AWS::SecretsManager::Secret"]

    def name_of(reference):
        secret = next((s for s in provisioners._sm._secrets.values() if s["ARN"] == reference), None)
        return secret["Name"] if secret else reference

    def create(logical_id, props, stack_name):
        _, attributes = known["create"](logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def update(physical_id, old_props, new_props, stack_name, logical_id=None):
        _, attributes = known["update"](name_of(physical_id), old_props, new_props, stack_name, logical_id)
        return attributes["Arn"], attributes

    def delete(physical_id, props):
        known["delete"](name_of(physical_id), props)

    HANDLERS["AWS::SecretsManager::Secret"] = {**known, "create": create, "update": update, "delete": delete}


def mend_generated_secrets():
    """A generated secret leaves out the classes that it is told to (GenerateSecretString)."""
    known = provisioners._sm_secret_string

    def secret_string(props):
        wanted = props.get("GenerateSecretString")
        if not wanted or props.get("SecretString"):
            return known(props)
        classes = {
            "ExcludeUppercase": string.ascii_uppercase,
            "ExcludeLowercase": string.ascii_lowercase,
            "ExcludeNumbers": string.digits,
            "ExcludePunctuation": string.punctuation,
        }
        kept = "".join(chars for name, chars in classes.items() if str(wanted.get(name)).lower() != "true")
        kept = "".join(char for char in kept if char not in wanted.get("ExcludeCharacters", ""))
        value = "".join(choice(kept) for _ in range(int(wanted.get("PasswordLength", 32))))
        key = wanted.get("GenerateStringKey")
        if key is None:
            return value
        return json.dumps({**json.loads(wanted["SecretStringTemplate"]), key: value})

    provisioners._sm_secret_string = secret_string


def mend_tables():
    """Encryption, expiry and point-in-time recovery of a table are as its template says (AWS::DynamoDB::Table)."""
    known = HANDLERS["AWS::DynamoDB::Table"]
    tables = provisioners._dynamodb

    def apply(name, props):
        sse = {key: value for key, value in props.get("SSESpecification", {}).items() if key != "SSEEnabled"}
        if "SSEEnabled" in props.get("SSESpecification", {}):
            sse["Enabled"] = props["SSESpecification"]["SSEEnabled"]
        tables._tables[name]["SSEDescription"] = tables._sse_description_from_spec(sse or None)
        recovery = props.get("PointInTimeRecoverySpecification", {})
        tables._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": recovery})
        expiry = props.get("TimeToLiveSpecification")
        if expiry:
            tables._update_ttl({"TableName": name, "TimeToLiveSpecification": expiry})

    def create(logical_id, props, stack_name):
        name, attributes = known["create"](logical_id, props, stack_name)
        apply(name, props)
        return name, attributes

    def update(physical_id, old_props, new_props, stack_name, logical_id=None):
        name, attributes = known["update"](physical_id, old_props, new_props, stack_name, logical_id)
        apply(name, new_props)
        return name, attributes

    HANDLERS["AWS::DynamoDB::Table"] = {**known, "create": create, "update": update}


def mend_alarms():
    """Alarms on metric math are kept, though not evaluated; composite alarms are made by their own service."""
    record = provisioners._cw_metric_alarm_record

    def metric_alarm(name, props):
        metrics = props.get("Metrics")
        if not metrics:
            return record(name, props)
        stand_in = {"MetricName": "metric math", "Namespace": "not evaluated here"}
        kept = {key: value for key, value in props.items() if key != "Metrics"}
        return {**record(name, {**kept, **stand_in}), "Metrics": metrics}

    def put_composite(logical_id, props, stack_name):
        name = props.get("AlarmName") or provisioners._physical_name(stack_name, logical_id, max_len=255)
        answer = cloudwatch._put_composite_alarm({}, {**props, "AlarmName": name}, False, True)
        if answer[0] >= 400:
            raise ValueError(f"AWS::CloudWatch::CompositeAlarm: {answer[2]!r}")
        return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}

    def update_composite(physical_id, old_props, new_props, stack_name, logical_id=None):
        return put_composite(logical_id or physical_id, {**new_props, "AlarmName": physical_id}, stack_name)

    def delete_composite(physical_id, props):
        cloudwatch._composite_alarms.pop(physical_id, None)

    provisioners._cw_metric_alarm_record = metric_alarm
    HANDLERS["AWS::CloudWatch::CompositeAlarm"] = {
        "create": put_composite,
        "update": update_composite,
        "update_with_logical_id": True,
        "delete": delete_composite,
    }


def mend_batches():
    """The right to an action of a queue covers its batches (Amazon SQS, API permissions)."""
    known = iam_actions.extract_iam_action

    def action(service, *rest):
        name = known(service, *rest)
        return name.removesuffix("Batch") if service == "sqs" and name else name

    iam_actions.extract_iam_action = action


def mend_updates():
    """A run that has begun goes on to its end when its function is updated (AWS Lambda, execution environments)."""
    known = lambda_runtime.kill_workers

    def kill_after_run(worker):
        with worker._lock:
            known([worker])

    def kill(workers):
        all_workers = [worker for worker in workers if worker is not None]
        busy = [worker for worker in all_workers if worker._lock.locked()]
        known([worker for worker in all_workers if worker not in busy])
        for worker in busy:
            threading.Thread(target=kill_after_run, args=(worker,), daemon=True).start()

    lambda_runtime.kill_workers = kill


mend_secret_references()
mend_generated_secrets()
mend_tables()
mend_alarms()
mend_batches()
mend_updates()
