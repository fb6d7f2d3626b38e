import type { Task } from "../../api/types";
import { addDays, dateIn } from "../../lib/time";

export type GroupName = "overdue" | "today" | "tomorrow" | "week" | "later" | "none" | "done";
export interface Group {
  name: GroupName;
  tasks: Task[];
}

/** The local date on which `task` is due; null without one. */
export function dueDay(task: Task, zone: string): string | null {
  return task.dueDate ?? (task.dueAt ? dateIn(task.dueAt, zone) : null);
}

/** An instant is overdue once it has passed, a date once its day has ended. */
export function isOverdue(task: Task, zone: string, now: Date): boolean {
  if (task.status === "completed") return false;
  if (task.dueAt) return new Date(task.dueAt) < now;
  return task.dueDate !== null && task.dueDate < dateIn(now, zone);
}

/**
 * Splits tasks by when they are due, keeping their order; groups without tasks are left out. A subtask goes with the
 * topmost of its parents that is there.
 */
export function groupByDue(tasks: Task[], zone: string, now: Date): Group[] {
  const today = dateIn(now, zone);
  const known = new Map(tasks.map((task) => [task.id, task]));
  const order: GroupName[] = ["overdue", "today", "tomorrow", "week", "later", "none", "done"];
  const groups = new Map<GroupName, Task[]>(order.map((name) => [name, []]));
  for (const task of tasks) groups.get(groupOf(topmost(task)))?.push(task);
  return order.map((name) => ({ name, tasks: groups.get(name) ?? [] })).filter((group) => group.tasks.length > 0);

  function topmost(task: Task): Task {
    const parent = task.parentId ? known.get(task.parentId) : undefined;
    return parent ? topmost(parent) : task;
  }
  function groupOf(task: Task): GroupName {
    if (task.status === "completed") return "done";
    if (isOverdue(task, zone, now)) return "overdue";
    const day = dueDay(task, zone);
    if (day === null) return "none";
    if (day <= today) return "today";
    if (day === addDays(today, 1)) return "tomorrow";
    return day <= addDays(today, 7) ? "week" : "later";
  }
}

/** Puts subtasks below their parents where both are there. */
export function nest(tasks: Task[]): { task: Task; depth: number }[] {
  const ids = new Set(tasks.map((task) => task.id));
  const children = new Map<string, Task[]>();
  for (const task of tasks)
    if (task.parentId && ids.has(task.parentId))
      children.set(task.parentId, [...(children.get(task.parentId) ?? []), task]);
  const rows: { task: Task; depth: number }[] = [];
  const visit = (task: Task, depth: number) => {
    rows.push({ task, depth });
    children.get(task.id)?.forEach((child) => visit(child, depth + 1));
  };
  tasks.filter((task) => !task.parentId || !ids.has(task.parentId)).forEach((task) => visit(task, 0));
  return rows;
}
