import { describe, expect, it } from "vitest";
import { addDays, clockText, dayText, englishOf, habitsOf, instantOf, timeIn, timeText, whenText } from "./time";

describe("instantOf", () => {
  it.each([
    ["2026-03-05", "15:00", "Europe/London", "2026-03-05T15:00:00Z"],
    ["2026-07-05", "15:00", "America/New_York", "2026-07-05T19:00:00Z"],
    ["2026-03-08", "02:30", "America/New_York", "2026-03-08T07:30:00Z"], // Skipped: moves forward to 03:30.
    ["2026-11-01", "01:30", "America/New_York", "2026-11-01T05:30:00Z"], // Doubled: the first.
    ["2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00Z"], // Skipped by half an hour.
    ["2026-01-01", "00:00", "Pacific/Kiritimati", "2025-12-31T10:00:00Z"],
  ])("%s %s in %s is %s", (date, time, zone, expected) => {
    expect(instantOf(date, time, zone)).toBe(expected);
  });

  it("gives back what timeIn shows", () => {
    expect(timeIn(instantOf("2026-05-05", "07:45", "Asia/Kolkata"), "Asia/Kolkata")).toBe("07:45");
  });
});

describe("words", () => {
  const now = new Date("2026-03-04T09:00:00Z");

  it.each([
    ["2026-03-04", "Today"],
    ["2026-03-05", "Tomorrow"],
    ["2026-03-03", "Yesterday"],
    ["2026-03-08", "Sunday"],
    ["2026-03-20", "Fri, Mar 20"],
    ["2027-01-02", "Jan 2, 2027"],
  ])("%s is %s", (date, text) => {
    expect(dayText(date, "2026-03-04")).toBe(text);
  });

  it("names the day in the person's zone", () => {
    expect(whenText({ at: "2026-03-05T02:00:00Z", date: null }, "America/New_York", now)).toMatch(/^Today, 9\sPM$/);
  });

  it("crosses months and leap days", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });
});

describe("the person's region", () => {
  it.each([
    ["de-DE", "en-DE", "15:00", "18:30"],
    ["en-GB", "en-GB", "15:00", "18:30"],
    ["en-US", "en-US", "3 PM", "6:30 PM"],
    ["en", "en", "3 PM", "6:30 PM"],
  ])("%s has its clock, in English", (language, locale, three, halfPastSix) => {
    expect(englishOf(language)).toBe(locale);
    expect(timeText("2026-03-04T15:00:00Z", "UTC", locale).replace(/\s/g, " ")).toBe(three);
    expect(clockText("18:30", locale).replace(/\s/g, " ")).toBe(halfPastSix);
  });

  it.each([
    ["de-DE", "dmy", "monday"],
    ["en-US", "mdy", "sunday"],
    ["ja-JP", "ymd", "sunday"],
  ])("%s writes dates and begins weeks in its own way", (language, dateOrder, weekStart) => {
    expect(habitsOf(language)).toEqual({ dateOrder, weekStart });
  });

  it("has its order of day and month", () => {
    expect(dayText("2026-12-01", "2026-03-04", "en-DE")).toMatch(/1 Dec/);
    expect(dayText("2026-12-01", "2026-03-04", "en-US")).toMatch(/Dec 1/);
  });
});
