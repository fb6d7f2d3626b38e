import type { Priority, ReminderSpec, Task, TaskStatus, TaskUpdate } from "../../api/types";
import { rebase, same } from "../../lib/rebase";
import { dateIn, instantOf, timeIn } from "../../lib/time";

/** A form's own copy of a task. */
export interface Draft {
  title: string;
  description: string;
  status: TaskStatus;
  priority: Priority;
  date: string;
  time: string;
  category: string;
  tags: string;
  reminders: ReminderSpec[];
}

export function draftOf(task: Task, zone: string): Draft {
  return {
    title: task.title,
    description: task.description ?? "",
    status: task.status,
    priority: task.priority,
    date: task.dueDate ?? (task.dueAt ? dateIn(task.dueAt, zone) : ""),
    time: task.dueAt ? timeIn(task.dueAt, zone) : "",
    category: task.category ?? "",
    tags: task.tags.join(" "),
    reminders: task.reminders.map(specOf),
  };
}

/** What of a reminder a person gave, with its id so that it keeps its state. */
function specOf({ id, before, at, daysBefore, time, relativeTo }: Task["reminders"][number]): ReminderSpec {
  if (before !== undefined) return { id, before, relativeTo: relativeTo ?? "due" };
  if (at !== undefined) return { id, at };
  return { id, daysBefore: daysBefore ?? 0, time: time ?? "09:00" } as ReminderSpec;
}

export const tagsOf = (text: string) => [...new Set(text.split(/[\s,]+/).map((tag) => tag.replace(/^#+/, "")).filter(Boolean))];

/** Only what differs, so that a change made elsewhere in another field stands. */
export function changesOf(task: Task, draft: Draft, zone: string): TaskUpdate {
  const before = draftOf(task, zone);
  const changes: TaskUpdate = {};
  if (draft.title.trim() !== before.title) changes.title = draft.title.trim();
  if (draft.description !== before.description) changes.description = draft.description || null;
  if (draft.status !== before.status) changes.status = draft.status;
  if (draft.priority !== before.priority) changes.priority = draft.priority;
  if (draft.category.trim() !== before.category) changes.category = draft.category.trim() || null;
  if (draft.tags !== before.tags) changes.tags = tagsOf(draft.tags);
  if (draft.date !== before.date || draft.time !== before.time) {
    if (!draft.date) {
      if (task.dueAt) changes.dueAt = null;
      else changes.dueDate = null;
    } else if (draft.time) changes.dueAt = instantOf(draft.date, draft.time, zone);
    else changes.dueDate = draft.date;
  }
  if (!same(draft.reminders, before.reminders)) changes.reminders = draft.reminders;
  return changes;
}

/** What was typed into a form of `base`, on what the task has become since. */
export function rebaseDraft(typed: Draft, base: Draft, fresh: Draft): Draft {
  const result = rebase(typed, base, fresh);
  // Day and time are one due.
  const due = typed.date === base.date && typed.time === base.time ? fresh : typed;
  const kept = new Set(fresh.reminders.map(({ id }) => id));
  return {
    ...result,
    date: due.date,
    time: due.time,
    tags: typed.tags === base.tags ? fresh.tags : mergeTags(tagsOf(typed.tags), tagsOf(base.tags), tagsOf(fresh.tags)),
    // One that is gone meanwhile is made anew.
    reminders: result.reminders.map(({ id, ...rule }) => (id !== undefined && kept.has(id) ? { id, ...rule } : rule) as ReminderSpec),
  };
}

function mergeTags(typed: string[], base: string[], fresh: string[]): string {
  const remains = fresh.filter((tag) => typed.includes(tag) || !base.includes(tag));
  return [...remains, ...typed.filter((tag) => !base.includes(tag) && !remains.includes(tag))].join(" ");
}
