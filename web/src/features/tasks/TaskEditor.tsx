import { Alert, Button, Group, Modal, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, refusal } from "../../api/http";
import type { Priority, Task, TaskStatus } from "../../api/types";
import { useApp } from "../../app_context";
import { Icon } from "../../ui/Icon";
import { useReturnFocus } from "../../ui/focus";
import { changesOf, draftOf, rebaseDraft, type Draft } from "./draft";
import { ReminderField } from "./ReminderField";
import { Subtasks } from "./Subtasks";
import { useTaskActions } from "./use_tasks";

/** Reminders that count from the due go with it; one at a time of its own stays. */
const withoutDue = (draft: Draft): Partial<Draft> => ({ time: "", reminders: draft.reminders.filter((one) => "at" in one) });

export default function TaskEditor({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useTranslation();
  const { http, user } = useApp();
  useReturnFocus();
  const { update, complete, remove } = useTaskActions();
  const zone = user.timezone;
  const [base, setBase] = useState(task);
  const [draft, setDraft] = useState(() => draftOf(task, zone));
  const [error, setError] = useState<string | null>(null);
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  async function save(event: FormEvent) {
    event.preventDefault();
    const changes = changesOf(base, draft, zone);
    if (Object.keys(changes).length === 0) return onClose();
    // Completing asks about subtasks, as it does in the list.
    const { status, ...rest } = changes;
    const completes = status === "completed";
    try {
      if (!completes) await update.mutateAsync({ task: base, changes });
      else if (Object.keys(rest).length > 0) await update.mutateAsync({ task: base, changes: rest });
      if (completes) complete.mutate({ task: base });
      onClose();
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 412) {
        const fresh = await http.get<Task>(`/api/v1/tasks/${task.id}`);
        setBase(fresh);
        setDraft(rebaseDraft(draft, draftOf(base, zone), draftOf(fresh, zone)));
        setError(t("editor.changed"));
      } else setError(refusal(failure, (field) => t(`editor.fields.${field}`, field), t("error.title")));
    }
  }

  return (
    <Modal opened onClose={onClose} title={t("editor.heading")} size="lg" closeButtonProps={{ "aria-label": t("editor.close") }}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="md">
          <TextInput label={t("editor.title")} data-autofocus required withAsterisk={false} maxLength={500} value={draft.title}
            onChange={(event) => set({ title: event.currentTarget.value })} />
          <Textarea label={t("editor.notes")} autosize minRows={2} maxRows={10} maxLength={16_384} value={draft.description}
            onChange={(event) => set({ description: event.currentTarget.value })} />
          <Group grow align="end">
            <TextInput type="date" label={t("editor.due")} value={draft.date}
              onChange={(event) => set({ date: event.currentTarget.value, ...(event.currentTarget.value ? {} : withoutDue(draft)) })} />
            <TextInput type="time" label={t("editor.time")} disabled={!draft.date} value={draft.time}
              onChange={(event) => set({ time: event.currentTarget.value })} />
          </Group>
          <div>
            <div className="field-label" id="editor-priority">{t("task.priority")}</div>
            <SegmentedControl fullWidth aria-labelledby="editor-priority" value={draft.priority}
              onChange={(value) => set({ priority: value as Priority })}
              data={(["high", "medium", "low", "none"] as const).map((value) => ({ value, label: t(`task.priorities.${value}`) }))} />
          </div>
          <div>
            <div className="field-label" id="editor-status">{t("editor.status")}</div>
            <SegmentedControl fullWidth aria-labelledby="editor-status" value={draft.status}
              onChange={(value) => set({ status: value as TaskStatus })}
              data={(["pending", "in-progress", "completed"] as const).map((value) => ({ value, label: t(`editor.statuses.${value}`) }))} />
          </div>
          <Group grow align="start">
            <TextInput label={t("editor.tags")} description={t("editor.tagsHint")} value={draft.tags}
              onChange={(event) => set({ tags: event.currentTarget.value })} inputWrapperOrder={["label", "input", "description"]} />
            <TextInput label={t("editor.category")} maxLength={64} value={draft.category}
              onChange={(event) => set({ category: event.currentTarget.value })} />
          </Group>
          <ReminderField reminders={draft.reminders} counts={draft.time ? "time" : draft.date ? "day" : null} ownTime zone={zone}
            onChange={(reminders) => set({ reminders })} />
          <Subtasks parent={base} />
          {error && (
            <Alert color="red" variant="light" role="alert" className="refusal">
              {error}
            </Alert>
          )}
          <Group justify="space-between" mt="xs">
            <Button variant="subtle" color="red" leftSection={<Icon name="trash" size={16} />}
              onClick={() => {
                remove.mutate(base);
                onClose();
              }}>
              {t("task.delete")}
            </Button>
            <Group gap="sm">
              <Button variant="default" onClick={onClose}>{t("editor.cancel")}</Button>
              <Button type="submit" loading={update.isPending}>{t("editor.save")}</Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
