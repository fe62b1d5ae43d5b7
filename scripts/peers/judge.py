"""What datacontract-cli says of files: judge.py JUDGEMENTS, a JSON list of {contract, file, format}. Prints a JSON list."""

import json
import logging
import sys

from datacontract.data_contract import DataContract
from jsonschema.validators import Draft201909Validator

logging.disable(logging.CRITICAL)
# It holds the schema of the standard against the schema of schemas before each contract, which takes most of its time.
Draft201909Validator.check_schema = classmethod(lambda cls, schema, **options: None)


def judge(contract, file, format):
    server = {"server": "local", "type": "local", "path": file, "format": format}
    run = DataContract(data_contract_str=f"{contract}servers: [{json.dumps(server)}]\n").test()
    checks = [
        {"type": check.type, "result": check.result.value, "isMeasured": bool(check.diagnostics), "reason": check.reason}
        for check in run.checks
        if check.result and check.result.value != "passed"
    ]
    return {"result": run.result.value, "checks": checks}


with open(sys.argv[1], encoding="utf-8") as listed:
    asked = json.load(listed)
print(json.dumps([judge(**one) for one in asked]))
