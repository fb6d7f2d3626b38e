import { addDays } from "../../lib/time";

/** ISO weekday of a date: 1 Monday to 7 Sunday. */
const weekday = (date: string) => new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
const kFirstDay = { monday: 1, saturday: 6, sunday: 7 } as const;
export type WeekStart = keyof typeof kFirstDay;

/** The whole weeks that show a month ("YYYY-MM"), as dates. */
export function weeksOf(month: string, weekStart: WeekStart): string[][] {
  const first = `${month}-01`;
  let day = addDays(first, -((weekday(first) - kFirstDay[weekStart] + 7) % 7));
  const weeks: string[][] = [];
  do {
    weeks.push(Array.from({ length: 7 }, (_, i) => addDays(day, i)));
    day = addDays(day, 7);
  } while (day.slice(0, 7) === month);
  return weeks;
}

export function addMonths(month: string, count: number): string {
  const at = new Date(`${month}-15T12:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + count);
  return at.toISOString().slice(0, 7);
}
