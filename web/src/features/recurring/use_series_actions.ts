import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { RecurringTask, RecurringTaskUpdate } from "../../api/types";
import { useApp } from "../../app_context";
import { startText } from "../../lib/time";
import { useToast } from "../../ui/toasts";
import { nextRecurrenceId, priorOf } from "./series_draft";

export const kScopes = ["future", "template", "all"] as const;
export type Scope = (typeof kScopes)[number];

/** What can be done with a recurring task, each with its toast and its way back. */
export function useSeriesActions() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  const refresh = () => Promise.all(["recurring", "tasks"].map((name) => queries.invalidateQueries({ queryKey: [name] })));
  const fail = (error: Error) => toast({ message: error.message, tone: "error" });
  const path = ({ id }: RecurringTask) => `/api/v1/recurring/${id}`;
  const say = (message: string, undo?: () => Promise<unknown>) =>
    toast({ message, ...(undo ? { actions: [{ label: t("task.undo"), run: () => back.mutate(undo) }] } : {}) });

  const back = useMutation({ mutationFn: (undo: () => Promise<unknown>) => undo(), onSuccess: refresh, onError: fail });
  const act = useMutation({
    mutationFn: ({ series, deed }: { series: RecurringTask; deed: "pause" | "resume" | "restore" }) => http.post(`${path(series)}/${deed}`),
    onSuccess: (_nothing, { series: { title }, deed }) => {
      say(t(deed === "pause" ? "series.paused" : "series.resumed", { title }));
      return refresh();
    },
    onError: fail,
  });
  const stop = useMutation({
    mutationFn: (series: RecurringTask) => http.post(`${path(series)}/stop`),
    onSuccess: (_nothing, series) => {
      say(t("series.stopped", { title: series.title }), () => http.post(`${path(series)}/restore`));
      return refresh();
    },
    onError: fail,
  });
  const skip = useMutation({
    mutationFn: (series: RecurringTask) => http.post(`${path(series)}/skip`, { recurrenceId: nextRecurrenceId(series) }),
    onSuccess: (_nothing, series) => {
      const when = startText(series.next[0] ?? "", user.timezone);
      say(t("series.skipped", { when }), () => http.post(`${path(series)}/restore`, { recurrenceId: nextRecurrenceId(series) }));
      return refresh();
    },
    onError: fail,
  });
  const remove = useMutation({
    mutationFn: ({ series, scope }: { series: RecurringTask; scope: Scope }) => http.delete(`${path(series)}?scope=${scope}`),
    onSuccess: (_nothing, { series, scope }) => {
      say(t(`series.deleted.${scope}`, { title: series.title }), () => http.post(`${path(series)}/restore`));
      return refresh();
    },
    onError: fail,
  });
  const update = useMutation({
    mutationFn: ({ series, changes }: { series: RecurringTask; changes: RecurringTaskUpdate }) =>
      http.patch<RecurringTask>(path(series), changes, series.version),
    onSuccess: (fresh, { series, changes }) => {
      say(t("series.changed", { title: fresh.title }), () => http.patch(path(series), priorOf(series, changes), fresh.version));
      return refresh();
    },
  });
  return { act, stop, skip, remove, update };
}
