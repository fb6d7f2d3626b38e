import type { TFunction } from "i18next";
import type { ReminderSpec } from "../../api/types";
import { clockText, whenText } from "../../lib/time";

const kSpan = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** "PT90M" as minutes; null when it is not such a duration. */
export function minutesOf(duration: string): number | null {
  const found = kSpan.exec(duration);
  if (!found) return null;
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  return ((weeks * 7 + days) * 24 + hours) * 60 + minutes + Math.round(seconds / 60);
}

/** "30 minutes", "1 hour", "2 days": the largest unit that fits. */
export function spanText(minutes: number, locale = "en"): string {
  const [value, unit] =
    minutes >= 1440 && minutes % 1440 === 0
      ? [minutes / 1440, "day"]
      : minutes >= 60 && minutes % 60 === 0
        ? [minutes / 60, "hour"]
        : [minutes, "minute"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

type Rule = Partial<Record<"before" | "at" | "time", string>> & { daysBefore?: number };

export function reminderText(reminder: ReminderSpec | Rule, zone: string, t: TFunction): string {
  const rule = reminder as Rule;
  if (rule.before !== undefined) {
    const minutes = minutesOf(rule.before);
    if (!minutes) return t("reminder.atTime");
    return t("reminder.before", { span: spanText(minutes) });
  }
  if (rule.at) return t("reminder.at", { when: whenText({ at: rule.at, date: null }, zone, new Date()) });
  const time = clockText(rule.time ?? "09:00");
  if (rule.daysBefore === 0) return t("reminder.dayOf", { time });
  return t("reminder.daysBefore", { count: rule.daysBefore ?? 1, time });
}
