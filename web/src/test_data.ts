import type { Task } from "./api/types";

let made = 0;

/** A task for tests: pending, without dates, unless told otherwise. */
export function makeTask(fields: Partial<Task> = {}): Task {
  made += 1;
  return {
    id: `01968f3e-8a10-7c21-9d00-${String(made).padStart(12, "0")}`,
    number: made,
    title: `Task ${made}`,
    description: null,
    status: "pending",
    priority: "none",
    tags: [],
    category: null,
    dueAt: null,
    dueDate: null,
    startAt: null,
    startDate: null,
    timezone: null,
    estimatedDuration: null,
    reminders: [],
    parentId: null,
    seriesId: null,
    recurrenceId: null,
    completedAt: null,
    createdAt: "2026-03-01T09:00:00Z",
    updatedAt: "2026-03-01T09:00:00Z",
    version: 1,
    ...fields,
  };
}
