import { describe, expect, it } from "vitest";
import i18n from "../../i18n";
import { minutesOf, reminderText } from "./reminder_text";

const text = (rule: Parameters<typeof reminderText>[0]) => reminderText(rule, "Europe/London", i18n.t);

describe("reminderText", () => {
  it.each([
    [{ before: "PT30M" }, "30 minutes before"],
    [{ before: "PT1H" }, "1 hour before"],
    [{ before: "P1D" }, "1 day before"],
    [{ before: "PT90M" }, "90 minutes before"],
    [{ before: "PT0M" }, "At the time"],
    [{ daysBefore: 1, time: "18:00" }, "The day before at 6 PM"],
    [{ daysBefore: 0, time: "08:00" }, "That day at 8 AM"],
    [{ daysBefore: 3, time: "08:00" }, "3 days before at 8 AM"],
  ])("%o", (rule, expected) => expect(text(rule).replace(/\s/g, " ")).toBe(expected));
});

it("reads durations, and nothing else", () => {
  expect(minutesOf("P1W")).toBe(10_080);
  expect(minutesOf("P1DT2H30M")).toBe(1590);
  expect(minutesOf("1 hour")).toBeNull();
});
