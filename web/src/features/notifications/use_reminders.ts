import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { NotificationPage, Reminder } from "../../api/types";
import { useApp } from "../../app_context";
import { addDays, dateIn, instantOf } from "../../lib/time";
import { useToast } from "../../ui/toasts";

export function useNotifications() {
  const { http } = useApp();
  return useQuery({
    queryKey: ["notifications"],
    queryFn: () => http.get<NotificationPage>("/api/v1/notifications", { limit: 100 }),
  });
}

export function useUpcomingReminders() {
  const { http } = useApp();
  return useQuery({
    queryKey: ["reminders"],
    queryFn: () => http.get<{ items: Reminder[] }>("/api/v1/reminders", { state: ["pending", "snoozed"], limit: 20 }),
  });
}

/** Snooze and dismiss, by the reminder's id. */
export function useReminderActions() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  const refresh = () => Promise.all(["reminders", "notifications", "tasks"].map((name) => queries.invalidateQueries({ queryKey: [name] })));
  const onError = (error: Error) => toast({ message: error.message, tone: "error" });
  const snooze = useMutation({
    mutationFn: ({ id, ...body }: { id: string; for?: string; until?: string }) =>
      http.post(`/api/v1/reminders/${id}/snooze`, body),
    onSuccess: () => {
      toast({ message: t("reminder.snoozed") });
      return refresh();
    },
    onError,
  });
  const dismiss = useMutation({
    mutationFn: (id: string) => http.post(`/api/v1/reminders/${id}/dismiss`),
    onSuccess: () => {
      toast({ message: t("reminder.dismissed") });
      return refresh();
    },
    onError,
  });
  const tomorrowAtNine = () => instantOf(addDays(dateIn(new Date(), user.timezone), 1), "09:00", user.timezone);
  return {
    options: (id: string) => [
      { label: t("reminder.snooze10"), run: () => snooze.mutate({ id, for: "PT10M" }) },
      { label: t("reminder.snooze60"), run: () => snooze.mutate({ id, for: "PT1H" }) },
      { label: t("reminder.snoozeTomorrow"), run: () => snooze.mutate({ id, until: tomorrowAtNine() }) },
    ],
    dismiss: (id: string) => dismiss.mutate(id),
  };
}
