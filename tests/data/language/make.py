#!/usr/bin/env python3
"""make.py DAYBOOK: writes golden/<suite>.jsonl, the answers of the cases that score.py finds right.

Run it when answers change on purpose; suites_test.cpp then holds the new ones. The profile of each suite is in
profiles.json.
"""
import json, pathlib, sys

import score

HERE = pathlib.Path(__file__).resolve().parent


def main():
    daybook = sys.argv[1]
    profiles = json.loads((HERE / "profiles.json").read_text())
    (HERE / "golden").mkdir(exist_ok=True)
    for suite, profile in profiles["suites"].items():
        cases = [json.loads(line) for line in open(HERE / "cases" / f"{suite}.jsonl")]
        questions = [score.question(case, i, {**profiles["default"], **profile}) for i, case in enumerate(cases)]
        found = score.ask([daybook, "parse", "--mode", "time"], questions)
        answers = [found[row["id"]] for row in questions]
        kept = []
        for case, answer, ok in zip(cases, answers, score.right(cases, answers, daybook)):
            if ok:
                answer.pop("id")
                kept.append({"id": case["id"], "answer": answer})
        with open(HERE / "golden" / f"{suite}.jsonl", "w") as out:
            out.writelines(json.dumps(k, ensure_ascii=False) + "\n" for k in kept)
        print(suite, len(kept), "of", len(cases))


if __name__ == "__main__":
    main()
