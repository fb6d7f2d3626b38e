"""What it means that an answer of `daybook parse --mode time` is right for a case; used by scripts/language-table and
make.py. Repeats are compared by when they fall due, which `daybook expand` tells: no package is needed."""
import datetime as dt
import json
import re
import subprocess
import zoneinfo

# Rows with one of these marks test a library's own limits or conventions of its product; CORE leaves them out.
MARKS = {"latent", "suite_known_failure", "weak_negative", "whole_string_only", "mode", "locale", "prefer",
         "product_convention", "two_rules", "explicit_no_date", "time_from_source", "dim"}
ENGINE_OPTS = ("locale", "forwardDate", "prefer", "mode")
CALENDAR = ("day", "week", "month", "quarter", "year")


def is_core(case):
    return not MARKS & set(case.get("opts") or {})


def question(case, number, settings):
    out = {"id": str(number), "text": case["text"], "ref": case["ref"], "tz": case["tz"], "settings": settings}
    opts = {k: v for k, v in (case.get("opts") or {}).items() if k in ENGINE_OPTS}
    return {**out, "opts": opts} if opts else out


def ask(command, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    out = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    return {answer["id"]: answer for answer in map(json.loads, out.splitlines())}


class Clock:
    """Times of a case as naive local times of its zone."""

    def __init__(self, case):
        self.now = dt.datetime.fromisoformat(case["ref"].replace("Z", "+00:00"))
        self.zone = self.now.tzinfo or dt.timezone.utc
        if "/" in (case.get("tz") or ""):
            self.zone = zoneinfo.ZoneInfo(case["tz"])

    def local(self, text):
        when = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return when if when.tzinfo is None else when.astimezone(self.zone).replace(tzinfo=None)

    def reference(self):
        return self.now.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)


def floor(when, grain):
    if grain in ("second", "minute"):
        return when.replace(second=0, microsecond=0)
    if grain == "hour":
        return when.replace(minute=0, second=0, microsecond=0)
    day = when.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
    return day.replace(day=1, month=1) if grain == "year" else day


def after(when, grain):
    """The start of the next unit of a grain."""
    if grain == "day":
        return when + dt.timedelta(days=1)
    if grain == "week":
        return when + dt.timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    index = when.year * 12 + when.month - 1 + months
    return when.replace(year=index // 12, month=index % 12 + 1)


def seconds(length):
    if length.get("seconds"):
        return length["seconds"]
    parts = re.fullmatch(r"P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?"
                         r"(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?", length.get("duration") or "")
    if not parts:
        return None
    sizes = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1)
    return round(sum(float(part or 0) * size for part, size in zip(parts.groups(), sizes)))


def hour_minute(answer, key, moment, clock):
    text = answer.get(key) or (clock.local(answer[moment]).strftime("%H:%M") if answer.get(moment) else None)
    return text[:5] if text else None


def stretch(value, clock):
    """(start, exclusive end), None where open."""
    grain = value.get("grain") or "minute"
    grain = "minute" if grain in ("hour", "second") else grain
    start = floor(clock.local(value["start"]), grain) if value.get("start") else None
    end = None
    if value.get("end"):
        end_grain = value.get("end_grain") or grain
        end = floor(clock.local(value["end"]), end_grain)
        if value.get("end_inclusive") and end_grain in CALENDAR:
            end = after(end, end_grain)
    return start, end


def right_instant(want, answer, clock):
    grain = want.get("grain") or "minute"
    coarse = ("week", "month", "quarter", "year")
    if answer["kind"] not in ("instant", "interval"):
        return False
    if answer["kind"] == "interval" and answer.get("grain") not in coarse and grain not in coarse:
        return False
    if want.get("start") is None:
        said = hour_minute(answer, "time", "start", clock)
        return said is not None and said in [time[:5] for time in want.get("accept_times", [want.get("time")])]
    if not answer.get("start") or (grain not in CALENDAR and len(answer["start"]) == 10):
        return False
    got = floor(clock.local(answer["start"]), grain)
    return any(got == floor(clock.local(one), grain) for one in [want["start"], *want.get("accept", [])])


def right_interval(want, answer, clock):
    no_days = want.get("start") is None and want.get("end") is None
    if answer["kind"] == "instant":
        grain = answer.get("grain")
        if grain not in CALENDAR or not answer.get("start") or no_days:
            return False
        start = floor(clock.local(answer["start"]), grain)
        got = (start, after(start, grain))
    elif answer["kind"] == "interval":
        if want.get("start_time") or no_days:
            got = [hour_minute(answer, "start_time", "start", clock), hour_minute(answer, "end_time", "end", clock)]
            wanted = want.get("accept_times") or [[want.get("start_time"), want.get("end_time")]]
            return any(got == [time[:5] if time else None for time in one] for one in wanted)
        got = stretch(answer, clock)
    else:
        return False
    wanted = [want] + [{**want, "start": one[0], "end": one[1]} for one in want.get("accept", [])]
    return any(got == stretch(one, clock) for one in wanted)


SUBDAILY = re.compile("HOURLY|MINUTELY|SECONDLY")


class Repeats:
    """Gathers the repeats of a suite, to expand them all at once."""

    def __init__(self):
        self.rows = []

    def add(self, rule, anchor, exdates=(), limit=12):
        self.rows.append({"id": str(len(self.rows)), "dtstart": anchor.isoformat()[:19], "tz": None,
                          "rrule": rule.replace("+", ""), "exdate": [one for one in exdates if len(one) > 10],
                          "limit": limit})
        return self.rows[-1]["id"]

    def expand(self, daybook):
        found = ask([daybook, "expand"], self.rows) if self.rows else {}
        return {key: [dt.datetime.fromisoformat(one) for one in value.get("occurrences", [])]
                for key, value in found.items()}


def plan_repeat(case, answer, clock, repeats):
    """What must be expanded for the answer, or None where it is wrong already."""
    want = case["expected"]
    if answer["kind"] != "recurrence" or not answer.get("rrule"):
        return None
    anchor = clock.local(want["dtstart"]) if want.get("dtstart") else clock.reference()
    start = answer.get("dtstart")
    if want.get("dtstart") and (start is None or clock.local(start).date() != anchor.date()):
        return None
    rule = answer["rrule"]
    timed = len(want["first"][0]) > 10
    if "BYHOUR" not in rule and start and len(start) > 10 and not SUBDAILY.search(rule):
        time = clock.local(start)
        anchor = anchor.replace(hour=time.hour, minute=time.minute)
    elif timed and "BYHOUR" not in rule and not SUBDAILY.search(rule):
        return None
    if "BYHOUR" in rule and "BYMINUTE" not in rule and "BYMINUTE" in want["rrule"]:
        anchor = anchor.replace(minute=0)
    many = 400 if answer.get("exrule") or answer.get("exclude_months") or answer.get("exdate") else 12
    plan = {"rule": repeats.add(rule, anchor, answer.get("exdate") or (), many)}
    if answer.get("exrule"):
        plan["except"] = repeats.add(answer["exrule"], anchor.replace(month=1, day=1), (), 400)
    return plan


def right_repeat(case, answer, plan, expanded):
    want = case["expected"]["first"]
    if plan is None:
        return False
    left_out = set(expanded[plan["except"]]) if "except" in plan else set()
    days_out = {one for one in answer.get("exdate") or () if len(one) == 10}
    months_out = [tuple(one) for one in answer.get("exclude_months") or ()]
    got = [one for one in expanded[plan["rule"]] if one not in left_out and one.date().isoformat() not in days_out and
           (one.month, one.year) not in months_out][:12]
    hours_only = "BYHOUR" in case["expected"]["rrule"] and "BYMINUTE" not in case["expected"]["rrule"] and \
        "BYMINUTE" in answer["rrule"]
    length = 13 if hours_only else 16
    timed = len(want[0]) > 10
    return [(one.isoformat() if timed else one.date().isoformat())[:length] for one in got] == \
        [one[:length] for one in want]


def right(cases, answers, daybook):
    """Which of the cases are answered rightly; `answers` holds one each, in their order."""
    repeats = Repeats()
    plans = {}
    for number, (case, answer) in enumerate(zip(cases, answers)):
        if case["kind"] == "recurrence":
            plans[number] = plan_repeat(case, answer, Clock(case), repeats)
    expanded = repeats.expand(daybook)
    out = []
    for number, (case, answer) in enumerate(zip(cases, answers)):
        clock, want, kind = Clock(case), case["expected"], case["kind"]
        if kind == "none" or answer["kind"] == "none":
            out.append(kind == answer["kind"])
        elif kind == "recurrence":
            out.append(right_repeat(case, answer, plans[number], expanded))
        elif kind == "duration":
            out.append(answer["kind"] == "duration" and seconds(want) == seconds(answer))
        elif kind == "instant":
            out.append(right_instant(want, answer, clock))
        else:
            out.append(right_interval(want, answer, clock))
    return out
