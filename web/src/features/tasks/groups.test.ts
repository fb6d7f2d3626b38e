import { describe, expect, it } from "vitest";
import { makeTask } from "../../test_data";
import { groupByDue, nest } from "./groups";

const now = new Date("2026-03-04T23:30:00Z"); // Still the 4th in London, already the 5th in Berlin.

describe("groupByDue", () => {
  const names = (task: Parameters<typeof makeTask>[0], zone: string) =>
    groupByDue([makeTask(task)], zone, now).map((group) => group.name);

  it.each([
    [{ dueDate: "2026-03-04" }, "Europe/London", "today"],
    [{ dueDate: "2026-03-04" }, "Europe/Berlin", "overdue"], // a date is overdue when its local day has ended.
    [{ dueAt: "2026-03-04T23:00:00Z" }, "Europe/London", "overdue"],
    [{ dueAt: "2026-03-05T08:00:00Z" }, "Europe/London", "tomorrow"],
    [{ dueDate: "2026-03-11" }, "Europe/London", "week"],
    [{ dueDate: "2026-03-12" }, "Europe/London", "later"],
    [{}, "Europe/London", "none"],
    [{ status: "completed", dueDate: "2020-01-01" }, "Europe/London", "done"],
  ] as const)("%o in %s is %s", (task, zone, expected) => {
    expect(names(task, zone)).toEqual([expected]);
  });

  //
  it("keeps subtasks with the topmost of their parents that is there", () => {
    const parent = makeTask({ dueDate: "2026-03-06" });
    const child = makeTask({ parentId: parent.id });
    const grandchild = makeTask({ parentId: child.id, dueDate: "2026-03-04" });
    const orphan = makeTask({ parentId: "elsewhere" });
    expect(groupByDue([grandchild, parent, child, orphan], "Europe/London", now)).toEqual([
      { name: "week", tasks: [grandchild, parent, child] },
      { name: "none", tasks: [orphan] },
    ]);
  });

  it("keeps the order within a group", () => {
    const [a, b] = [makeTask(), makeTask()];
    expect(groupByDue([b, a], "UTC", now)[0]?.tasks).toEqual([b, a]);
  });
});

describe("nest", () => {
  it("puts subtasks below their parent, and leaves those of an absent parent where they are", () => {
    const parent = makeTask();
    const child = makeTask({ parentId: parent.id });
    const orphan = makeTask({ parentId: "elsewhere" });
    expect(nest([child, orphan, parent]).map(({ task, depth }) => [task.id, depth])).toEqual([
      [orphan.id, 0],
      [parent.id, 0],
      [child.id, 1],
    ]);
  });
});
