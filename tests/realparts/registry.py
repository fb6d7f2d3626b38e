#!/usr/bin/env python3
"""registry.py: the events' schemas and their Avro twins in a real schema registry, which refuses what would break
readers (E-04, X-05). Closes with "N passed, N failed"."""

import copy
import importlib.machinery
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import parts

loader = importlib.machinery.SourceFileLoader("schemas", str(parts.ROOT / "scripts" / "schemas"))
schemas = importlib.util.module_from_spec(importlib.util.spec_from_loader("schemas", loader))
loader.exec_module(schemas)

passed = failed = 0


def check(name, right):
    global passed, failed
    passed, failed = passed + bool(right), failed + (not right)
    print(f"{'ok  ' if right else 'FAIL'} {name}", flush=True)


def main():
    if lacking := parts.missing("apicurio"):
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    with tempfile.TemporaryDirectory(prefix="daybook-registry-") as folder:
        part = parts.Apicurio(folder)
        try:
            part.start()
            command = [parts.ROOT / "scripts" / "schemas", "register", "--registry", part.url()]
            check("every event type registers, in JSON and in Avro", subprocess.run(command).returncode == 0)
            check("registering again changes nothing", subprocess.run(command).returncode == 0)
            registry = schemas.Registry(part.url())
            for subject, kind, schema in schemas.subjects():
                if not subject.startswith("task.created"):
                    continue
                for name, compatible, changed in changes(kind, schema):
                    check(f"{kind}: {name} is {'taken' if compatible else 'refused'}",
                          registry.is_compatible(subject, kind, changed) == compatible)
                    if not compatible:
                        check(f"{kind}: {name} cannot be registered", not registry.register(subject, kind, changed))
        finally:
            part.stop()
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


def changes(kind, schema):
    other_type, optional = copy.deepcopy(schema), copy.deepcopy(schema)
    if kind == "JSON":
        other_type["properties"]["title"] = {"type": "integer"}
        optional["properties"]["mood"] = {"type": "string"}
        gone = copy.deepcopy(schema)
        del gone["properties"]["title"]
        gone["required"].remove("title")
        yield "a field that is gone", False, gone
    else:
        next(field for field in other_type["fields"] if field["name"] == "title")["type"] = "long"
        optional["fields"].append({"name": "mood", "type": ["null", "string"], "default": None})
        mandatory = copy.deepcopy(schema)
        mandatory["fields"].append({"name": "mood", "type": "string"})
        yield "a new field without a default", False, mandatory
    yield "another type of a field", False, other_type
    yield "a new optional field", True, optional


if __name__ == "__main__":
    sys.exit(main())
