import { describe, expect, it } from "vitest";
import { addMonths, weeksOf } from "./month";

describe("weeksOf", () => {
  it.each([
    ["2026-03", "monday", "2026-02-23", "2026-04-05", 6],
    ["2026-03", "sunday", "2026-03-01", "2026-04-04", 5],
    ["2027-02", "monday", "2027-02-01", "2027-02-28", 4],
    ["2026-12", "saturday", "2026-11-28", "2027-01-01", 5],
  ] as const)("%s from %s", (month, start, first, last, count) => {
    const weeks = weeksOf(month, start);
    expect(weeks).toHaveLength(count);
    expect(weeks[0]?.[0]).toBe(first);
    expect(weeks.at(-1)?.[6]).toBe(last);
  });
});

it("counts months over the end of a year", () => {
  expect(addMonths("2026-12", 1)).toBe("2027-01");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
});
