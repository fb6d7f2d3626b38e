import { Alert, Button, Group, Modal, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, refusal } from "../../api/http";
import type { Priority, RecurringTask } from "../../api/types";
import { useApp } from "../../app_context";
import { rebase } from "../../lib/rebase";
import { startText, timeIn } from "../../lib/time";
import { ReminderField } from "../tasks/ReminderField";
import { seriesChangesOf, seriesDraftOf, startOf, type SeriesDraft } from "./series_draft";
import { useRule, useRulePreview } from "./use_rule";
import { useSeriesActions } from "./use_series_actions";

/** Changes the template and the rule, for the occurrences that are to come. */
export default function SeriesEditor({ series, onClose }: { series: RecurringTask; onClose: () => void }) {
  const { t } = useTranslation();
  const { http } = useApp();
  const { update } = useSeriesActions();
  const [base, setBase] = useState(series);
  const [draft, setDraft] = useState(() => seriesDraftOf(series));
  const [error, setError] = useState<string | null>(null);
  const set = (part: Partial<SeriesDraft>) => setDraft((before) => ({ ...before, ...part }));
  const zone = base.timezone;

  const otherWords = draft.words.trim() !== base.rruleText;
  const reading = useRule(draft.words, zone, otherWords);
  const rule = otherWords && reading.current ? reading.rule : null;
  const preview = useRulePreview(rule, startOf(base, draft, rule), zone);
  // A time that the words say is the form's.
  const saidTime = rule?.startsAt ? timeIn(rule.startsAt, zone) : null;
  useEffect(() => {
    if (saidTime) set({ time: saidTime });
  }, [saidTime]);

  async function save(event: FormEvent) {
    event.preventDefault();
    const changes = seriesChangesOf(base, draft, rule);
    if (Object.keys(changes).length === 0) return onClose();
    try {
      await update.mutateAsync({ series: base, changes });
      onClose();
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 412) {
        const fresh = await http.get<RecurringTask>(`/api/v1/recurring/${base.id}`);
        setBase(fresh);
        setDraft(rebase(draft, seriesDraftOf(base), seriesDraftOf(fresh)));
        setError(t("editor.changed"));
      } else setError(refusal(failure, (field) => t(`editor.fields.${field}`, field), t("error.title")));
    }
  }

  const wrongWords = !otherWords
    ? null
    : (reading.error?.message ?? preview.error?.message ?? (draft.words.trim() === "" || (reading.current && !rule) ? t("series.unreadable") : null));
  return (
    <Modal opened onClose={onClose} title={t("series.editHeading")} size="lg" closeButtonProps={{ "aria-label": t("editor.close") }}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="md">
          <TextInput label={t("editor.title")} data-autofocus required withAsterisk={false} maxLength={500} value={draft.title}
            onChange={(event) => set({ title: event.currentTarget.value })} />
          <div>
            <Group align="start">
              <TextInput style={{ flex: 1 }} label={t("series.repeats")} placeholder={t("series.repeatsPlaceholder")} maxLength={500}
                value={draft.words} error={wrongWords} onChange={(event) => set({ words: event.currentTarget.value })} />
              <TextInput type="time" label={t("editor.time")} value={draft.time} onChange={(event) => set({ time: event.currentTarget.value })} />
            </Group>
            <Text size="sm" c="dimmed" mt={4} role="status">
              {rule && preview.data && `${preview.data.rruleText}${rule.anchor === "completion" ? "" : `. ${t("series.next")}: ${preview.data.next
                .map((one) => startText(one.startsAt ?? one.startsOn ?? "", zone)).join(" · ")}`}`}
            </Text>
          </div>
          <Textarea label={t("editor.notes")} autosize minRows={2} maxRows={8} maxLength={16_384} value={draft.description}
            onChange={(event) => set({ description: event.currentTarget.value })} />
          <div>
            <div className="field-label" id="series-priority">{t("task.priority")}</div>
            <SegmentedControl fullWidth aria-labelledby="series-priority" value={draft.priority}
              onChange={(value) => set({ priority: value as Priority })}
              data={(["high", "medium", "low", "none"] as const).map((value) => ({ value, label: t(`task.priorities.${value}`) }))} />
          </div>
          <Group grow align="start">
            <TextInput label={t("editor.tags")} description={t("editor.tagsHint")} value={draft.tags}
              onChange={(event) => set({ tags: event.currentTarget.value })} inputWrapperOrder={["label", "input", "description"]} />
            <TextInput label={t("editor.category")} maxLength={64} value={draft.category}
              onChange={(event) => set({ category: event.currentTarget.value })} />
          </Group>
          <ReminderField reminders={draft.reminders} counts={draft.time ? "time" : "day"} zone={zone} onChange={(reminders) => set({ reminders })} />
          <Text size="sm" c="dimmed">
            {t("series.editScope")}
          </Text>
          {error && (
            <Alert color="red" variant="light" role="alert" className="refusal">
              {error}
            </Alert>
          )}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>{t("editor.cancel")}</Button>
            <Button type="submit" loading={update.isPending} disabled={otherWords && (rule === null || preview.isError)}>{t("editor.save")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
