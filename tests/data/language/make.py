#!/usr/bin/env python3
"""make.py CASES SCORE.py DRIVER: writes golden/<suite>.jsonl, the rows whose answer the scorer finds right.

CASES is a folder of phrase cases, SCORE.py their scorer (python-dateutil), DRIVER the program that answers
`parse --mode time` on standard input (bench/language_driver.cpp). The profile of each suite is in profiles.json.
Run it when answers change on purpose; suites_test.cpp then holds the new ones.
"""
import importlib.util, json, pathlib, subprocess, sys

HERE = pathlib.Path(__file__).resolve().parent
ENGINE_OPTS = ("locale", "forwardDate", "prefer", "mode")


def main():
    cases, scorer, driver = sys.argv[1:4]
    spec = importlib.util.spec_from_file_location("score", scorer)
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    profiles = json.load(open(HERE / "profiles.json"))
    (HERE / "golden").mkdir(exist_ok=True)
    for suite, profile in profiles["suites"].items():
        gold = [json.loads(line) for line in open(pathlib.Path(cases) / f"{suite}.jsonl")]
        questions = []
        for g in gold:
            opts = {k: v for k, v in (g.get("opts") or {}).items() if k in ENGINE_OPTS}
            q = {"id": 0, "text": g["text"], "ref": g["ref"], "tz": g["tz"], "settings": {**profiles["default"], **profile}}
            questions.append({**q, **({"opts": opts} if opts else {})})
        text = "".join(json.dumps(q) + "\n" for q in questions)
        answers = [json.loads(l) for l in subprocess.run([driver], input=text, capture_output=True, text=True, check=True).stdout.splitlines()]
        kept = []
        for g, q, a in zip(gold, questions, answers):
            if score.ok(g, a):
                a.pop("id")
                kept.append({k: q[k] for k in ("text", "ref", "tz", "opts") if k in q} | {"answer": a})
        with open(HERE / "golden" / f"{suite}.jsonl", "w") as out:
            out.writelines(json.dumps(k, ensure_ascii=False) + "\n" for k in kept)
        print(suite, len(kept), "of", len(gold))


if __name__ == "__main__":
    main()
