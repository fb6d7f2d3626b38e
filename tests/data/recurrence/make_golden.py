#!/usr/bin/env python3
"""Random rules and what dateutil makes of them, as JSON Lines (see README.md). Needs python-dateutil.

Left out, because dateutil differs from RFC 5545 or from what we decided (docs/decisions/010-recurrence-contested.md):
- BYSETPOS with FREQ=WEEKLY: dateutil's first week begins at DTSTART, so its positions differ there;
- BYDAY that mixes plain and numbered weekdays: dateutil takes their intersection, the RFC their union;
- BYWEEKNO of 52 and 53 (and -52, -53): dateutil miscounts the weeks of some years at their edges;
- FREQ=YEARLY with BYWEEKNO and INTERVAL or BYSETPOS: dateutil counts calendar years, we count years of weeks.
"""
import json
import random
import signal
from datetime import datetime, timedelta
from itertools import islice, takewhile

from dateutil.rrule import rrulestr

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQS = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]


def numbers(low, high, most, negative=False):
    pool = list(range(low, high + 1)) + (list(range(-high, -low + 1)) if negative else [])
    return ",".join(str(n) for n in random.sample(pool, min(len(pool), random.randint(1, most))))


def rule():
    freq = random.choices(FREQS, [6, 6, 5, 4, 2, 1, 1])[0]
    parts = {"FREQ": freq}
    chance = lambda p: random.random() < p
    if chance(0.3):
        parts["BYMONTH"] = numbers(1, 12, 3)
    if chance(0.12):
        parts["BYWEEKNO"] = numbers(1, 51, 4, True)
    if chance(0.12):
        parts["BYYEARDAY"] = numbers(1, 366, 20, True)
    if chance(0.25):
        parts["BYMONTHDAY"] = numbers(1, 31, 5, True)
    if chance(0.35):
        days = random.sample(DAYS, random.randint(1, 4))
        if freq in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in parts and chance(0.6):
            days = [str(random.choice([1, 2, 3, 4, 5, -1, -2, -3])) + d for d in days]
        parts["BYDAY"] = ",".join(days)
    if chance(0.2):
        parts["BYHOUR"] = numbers(0, 23, 3)
    if chance(0.15):
        parts["BYMINUTE"] = numbers(0, 59, 3)
    if chance(0.1):
        parts["BYSECOND"] = numbers(0, 59, 3)
    if chance(0.2) and freq != "WEEKLY" and not (freq == "YEARLY" and "BYWEEKNO" in parts) and len(parts) > 1:
        parts["BYSETPOS"] = numbers(1, 5, 3, True)
    if chance(0.4) and not (freq == "YEARLY" and "BYWEEKNO" in parts):
        parts["INTERVAL"] = str(random.choice([2, 2, 3, 4, 5, 6, 7, 10, 18, 45]))
    if chance(0.3):
        parts["WKST"] = random.choice(DAYS)
    return ";".join(f"{k}={v}" for k, v in parts.items())


class TooSlow(Exception):
    pass


def give_up(*_):
    raise TooSlow


def rows(count, seed):
    random.seed(seed)
    signal.signal(signal.SIGALRM, give_up)
    start_low = datetime(1996, 1, 1)
    made = 0
    while made < count:
        text = rule()
        start = start_low + timedelta(seconds=random.randrange(0, 40 * 365 * 86400))
        if random.random() < 0.7:
            start = start.replace(second=0, minute=random.choice([0, 15, 30]))
        until = start + timedelta(days=365 * 9)
        try:
            # dateutil searches some rules second by second: those that take it over 0.3 s are left out.
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            found = list(islice(rrulestr(text + ";UNTIL=" + until.strftime("%Y%m%dT%H%M%S"), dtstart=start), 30))
        except (ValueError, TooSlow):
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        yield {"dtstart": start.isoformat(), "rrule": text, "until": until.isoformat(),
               "expected": [x.isoformat() for x in found], "truncated": len(found) == 30}
        made += 1


if __name__ == "__main__":
    for row in rows(1500, 5545):
        print(json.dumps(row, separators=(",", ":")))
