import type { Priority, RecurringTask, RecurringTaskCreate, RecurringTaskUpdate } from "../../api/types";
import { same } from "../../lib/rebase";
import { dateIn, instantOf, timeIn } from "../../lib/time";
import { tagsOf } from "../tasks/draft";

/** The form's own copy of a recurring task. */
export interface SeriesDraft {
  title: string;
  description: string;
  priority: Priority;
  category: string;
  tags: string;
  /** The rule in words. */
  words: string;
  /** "HH:MM" in the series' zone; "": all day. */
  time: string;
  reminders: RecurringTask["reminders"];
}

/** When it repeats, as words were read. */
export type Rule = Required<Pick<RecurringTaskCreate, "rrule">> & Pick<RecurringTaskCreate, "anchor" | "startsAt" | "startsOn">;
export type Start = Pick<RecurringTaskUpdate, "startsAt" | "startsOn">;

export function seriesDraftOf(series: RecurringTask): SeriesDraft {
  return {
    title: series.title,
    description: series.description ?? "",
    priority: series.priority,
    category: series.category ?? "",
    tags: series.tags.join(" "),
    words: series.rruleText,
    time: series.startsAt ? timeIn(series.startsAt, series.timezone) : "",
    reminders: series.reminders,
  };
}

/** The first start of what the form says, where that is another one. */
export function startOf(series: RecurringTask, draft: SeriesDraft, rule: Rule | null): Start {
  const zone = series.timezone;
  const day = (start: Start) => start.startsOn ?? (start.startsAt ? dateIn(start.startsAt, zone) : null);
  const fresh = rule ? day(rule) : null;
  if (fresh === null && draft.time === seriesDraftOf(series).time) return {};
  const date = fresh ?? day(series) ?? dateIn(new Date(), zone);
  return draft.time ? { startsAt: instantOf(date, draft.time, zone) } : { startsOn: date };
}

/** Only what differs. `rule` is what the words mean, null while they are those of before. */
export function seriesChangesOf(series: RecurringTask, draft: SeriesDraft, rule: Rule | null): RecurringTaskUpdate {
  const before = seriesDraftOf(series);
  const changes: RecurringTaskUpdate = {};
  if (draft.title.trim() !== before.title) changes.title = draft.title.trim();
  if (draft.description !== before.description) changes.description = draft.description || null;
  if (draft.priority !== before.priority) changes.priority = draft.priority;
  if (draft.category.trim() !== before.category) changes.category = draft.category.trim() || null;
  if (draft.tags !== before.tags) changes.tags = tagsOf(draft.tags);
  if (rule) {
    changes.rrule = rule.rrule;
    if (rule.anchor && rule.anchor !== series.anchor) changes.anchor = rule.anchor;
  }
  Object.assign(changes, startOf(series, draft, rule));
  if (!same(draft.reminders, before.reminders)) changes.reminders = draft.reminders;
  return changes;
}

/** What takes `changes` back. */
export function priorOf(series: RecurringTask, changes: RecurringTaskUpdate): RecurringTaskUpdate {
  const { startsAt, startsOn, ...others } = changes;
  const start: Start = series.startsAt ? { startsAt: series.startsAt } : { startsOn: series.startsOn };
  const prior = Object.fromEntries(Object.keys(others).map((key) => [key, series[key as keyof RecurringTask]]));
  return { ...prior, ...(startsAt || startsOn ? start : {}) } as RecurringTaskUpdate;
}

/** The id of the next occurrence: its wall time in the series' zone, or its date. */
export function nextRecurrenceId({ next, timezone }: RecurringTask): string | undefined {
  const [start] = next;
  return start?.includes("T") ? `${dateIn(start, timezone)}T${timeIn(start, timezone)}:00` : start;
}
