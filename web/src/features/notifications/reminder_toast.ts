import type { TFunction } from "i18next";
import type { LiveEvent } from "../../api/stream";
import type { Toast } from "../../ui/toasts";
import type { useReminderActions } from "./use_reminders";

/** What the screen says when a reminder fires; of several at once there is one event, for all of them. */
export function reminderToast(
  { data, subject }: LiveEvent,
  actions: ReturnType<typeof useReminderActions>,
  goToInbox: () => void,
  t: TFunction,
): Toast {
  const id = String(data["id"] ?? subject);
  const shared = { tone: "bell", stays: Infinity } as const;
  const merged = data["merged"];
  if (Array.isArray(merged) && merged.length > 1)
    return { ...shared, about: ["reminders"], message: t("reminder.several", { count: merged.length }), actions: [{ label: t("reminder.show"), run: goToInbox }] };
  const snooze = actions.options(id)[0];
  return {
    ...shared,
    about: [`reminder:${id}`, `task:${String(data["taskId"])}`],
    message: `${t("reminder.fired")}: ${String(data["taskTitle"] ?? "")}`,
    actions: [
      { label: `${t("reminder.snooze")} ${snooze?.label ?? ""}`, run: () => snooze?.run() },
      { label: t("reminder.dismiss"), run: () => actions.dismiss(id) },
    ],
  };
}

/** What a toast was about that an event ends; null: nothing. */
export function endedBy({ type, subject, data }: LiveEvent): string | null {
  const id = String(data["id"] ?? subject);
  if (type === "reminder.canceled" || (type === "reminder.updated" && data["state"] !== "fired")) return `reminder:${id}`;
  return type === "task.completed" || type === "task.deleted" ? `task:${id}` : null;
}
