/** Dates are "YYYY-MM-DD", times of day "HH:MM", instants RFC 3339; `zone` is an IANA name. */

/** English as it is written where the person lives: the words of the app, with the region's clock and order of a date. */
export function englishOf(language: string): string {
  const { region } = new Intl.Locale(language);
  return region ? `en-${region}` : "en";
}
const kLocale = englishOf(navigator.language || "en");

interface WeekInfo {
  firstDay: number;
}

/** How dates are read and weeks begin where the person lives. */
export function habitsOf(language: string): { dateOrder: "mdy" | "dmy" | "ymd"; weekStart: "monday" | "saturday" | "sunday" } {
  const order = new Intl.DateTimeFormat(language, { year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(new Date(0))
    .map(({ type }) => type.charAt(0))
    .filter((letter) => "ymd".includes(letter))
    .join("");
  const locale = new Intl.Locale(language) as Intl.Locale & { weekInfo?: WeekInfo; getWeekInfo?: () => WeekInfo };
  const first = (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay;
  return {
    dateOrder: order === "dmy" || order === "ymd" ? order : "mdy",
    weekStart: first === 6 ? "saturday" : first === 7 ? "sunday" : "monday",
  };
}

const partsOf = new Map<string, Intl.DateTimeFormat>();

function wallClock(instant: Date, zone: string): { date: string; time: string; seconds: number } {
  let format = partsOf.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    partsOf.set(zone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = value;
  return {
    date: `${part["year"]}-${part["month"]}-${part["day"]}`,
    time: `${part["hour"]}:${part["minute"]}`,
    seconds: Number(part["second"]),
  };
}

export const dateIn = (instant: Date | string, zone: string): string => wallClock(new Date(instant), zone).date;
export const timeIn = (instant: Date | string, zone: string): string => wallClock(new Date(instant), zone).time;

/** The instant at which the clocks of `zone` show that; a skipped time moves forward, a doubled one is the first. */
export function instantOf(date: string, time: string, zone: string): string {
  const asUtc = Date.parse(`${date}T${time}:00Z`);
  const offsetAt = (moment: number) => {
    const shown = wallClock(new Date(moment), zone);
    return Date.parse(`${shown.date}T${shown.time}:00Z`) + shown.seconds * 1000 - moment;
  };
  // The offsets a day around bound every change near the wanted time; the larger one gives the earlier instant.
  const before = offsetAt(asUtc - 86_400_000);
  const after = offsetAt(asUtc + 86_400_000);
  for (const offset of [Math.max(before, after), Math.min(before, after)])
    if (offsetAt(asUtc - offset) === offset) return new Date(asUtc - offset).toISOString().replace(".000", "");
  return new Date(asUtc - before).toISOString().replace(".000", "");
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** "Today", "Tomorrow", "Friday", "12 Mar", "12 Mar 2027": as short as it can be without doubt. */
export function dayText(date: string, today: string, locale = kLocale): string {
  const distance = daysBetween(today, date);
  const at = new Date(`${date}T12:00:00Z`);
  if (distance >= -1 && distance <= 1) {
    const word = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(distance, "day");
    return word.charAt(0).toUpperCase() + word.slice(1);
  }
  if (distance > 1 && distance < 7)
    return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(at);
  const sameYear = date.slice(0, 4) === today.slice(0, 4);
  const form: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat(locale, sameYear ? form : { ...form, weekday: undefined, year: "numeric" }).format(at);
}

export function timeText(instant: string, zone: string, locale = kLocale): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "numeric", minute: "2-digit" });
  const text = format.format(new Date(instant));
  // "3 PM", but "15:00".
  return format.resolvedOptions().hour12 ? text.replace(":00", "") : text;
}

/** "18:00" as the person's clock shows it: "6 PM" or "18:00". */
export function clockText(time: string, locale = kLocale): string {
  return timeText(`2000-01-01T${time}:00Z`, "UTC", locale);
}

export function whenText(when: { at: string | null; date: string | null }, zone: string, now: Date): string {
  const today = dateIn(now, zone);
  if (when.date) return dayText(when.date, today);
  if (!when.at) return "";
  return `${dayText(dateIn(when.at, zone), today)}, ${timeText(when.at, zone)}`;
}

/** A start of a recurring task: a date, or an instant. */
export function startText(start: string, zone: string): string {
  const now = new Date();
  return start.includes("T") ? whenText({ at: start, date: null }, zone, now) : dayText(start, dateIn(now, zone));
}
