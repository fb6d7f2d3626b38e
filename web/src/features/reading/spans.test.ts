import { describe, expect, it } from "vitest";
import { keepIgnored, segmentsOf } from "./spans";

const span = (start: number, end: number) => ({ start, end, kind: "due" as const, label: "" });

describe("segmentsOf", () => {
  it("cuts by code points, so that emoji count once", () => {
    const segments = segmentsOf("🦷 dentist tomorrow!", [span(10, 18)]);
    expect(segments.map((segment) => [segment.text, segment.span !== null])).toEqual([
      ["🦷 dentist ", false],
      ["tomorrow", true],
      ["!", false],
    ]);
  });

  it("leaves out spans that overlap or lie outside", () => {
    expect(segmentsOf("abcdef", [span(0, 3), span(2, 4), span(5, 9)]).map((s) => s.text)).toEqual(["abc", "def"]);
  });
});

describe("keepIgnored", () => {
  const text = "read Friday Night Lights tomorrow";
  it("keeps what stands before the edit", () => {
    expect(keepIgnored([{ start: 5, end: 11 }], text, `${text} p1`)).toEqual([{ start: 5, end: 11 }]);
  });
  it("moves what stands after it", () => {
    expect(keepIgnored([{ start: 5, end: 11 }], text, `re-${text}`)).toEqual([{ start: 8, end: 14 }]);
  });
  it("drops what was edited", () => {
    expect(keepIgnored([{ start: 5, end: 11 }], text, "read Fryday Night Lights tomorrow")).toEqual([]);
  });
});
