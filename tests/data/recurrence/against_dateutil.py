#!/usr/bin/env python3
"""Random rules through `daybook expand` and through dateutil: both must give the same (issue 5).

    against_dateutil.py BINARY [RULES [SEED]]

Rules are those of make_golden.py, which says what it leaves out and why; docs/decisions/010-recurrence-contested.md has
the sides we take there. Closes with "N passed, N failed".
"""
import json
import random
import subprocess
import sys

import make_golden


def main():
    binary = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    print(f"seed {seed}")
    rows = list(make_golden.rows(count, seed))
    questions = "".join(
        json.dumps({"id": i, "dtstart": row["dtstart"], "tz": None, "limit": 30,
                    "rrule": row["rrule"] + ";UNTIL=" + row["until"].replace("-", "").replace(":", "")}) + "\n"
        for i, row in enumerate(rows))
    answers = subprocess.run([binary, "expand"], input=questions, capture_output=True, text=True, check=True).stdout
    failed = 0
    for row, line in zip(rows, answers.splitlines(), strict=True):
        got = json.loads(line).get("occurrences")
        if got != row["expected"]:
            failed += 1
            print(f"FAILED  {row['dtstart']} {row['rrule']}\n  dateutil {row['expected'][:5]}\n  ours     {line[:200]}")
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
