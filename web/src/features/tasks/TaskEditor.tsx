import { ActionIcon, Alert, Button, Group, Menu, Modal, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/http";
import type { Priority, ReminderSpec, Task, TaskStatus, TaskUpdate } from "../../api/types";
import { useApp } from "../../app_context";
import { dateIn, instantOf, timeIn } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { reminderText } from "./reminder_text";
import { Subtasks } from "./Subtasks";
import { useTaskActions } from "./use_tasks";

const kMaxReminders = 3;
const timedPresets: ReminderSpec[] = [{ before: "PT0M" }, { before: "PT10M" }, { before: "PT30M" }, { before: "PT1H" }, { before: "P1D" }];
const dayPresets: ReminderSpec[] = [{ daysBefore: 0, time: "09:00" }, { daysBefore: 1, time: "18:00" }, { daysBefore: 7, time: "09:00" }];

/** The form's own copy of a task. */
function draftOf(task: Task, zone: string) {
  return {
    title: task.title,
    description: task.description ?? "",
    status: task.status as TaskStatus,
    priority: task.priority as Priority,
    date: task.dueDate ?? (task.dueAt ? dateIn(task.dueAt, zone) : ""),
    time: task.dueAt ? timeIn(task.dueAt, zone) : "",
    category: task.category ?? "",
    tags: task.tags.join(" "),
    reminders: task.reminders.map(specOf),
  };
}

/** What of a reminder a person gave, with its id so that it keeps its state. */
function specOf({ id, before, at, daysBefore, time, relativeTo }: Task["reminders"][number]): ReminderSpec {
  if (before !== undefined) return { id, before, relativeTo: relativeTo ?? "due" };
  if (at !== undefined) return { id, at };
  return { id, daysBefore: daysBefore ?? 0, time: time ?? "09:00" } as ReminderSpec;
}

const tagsOf = (text: string) => [...new Set(text.split(/[\s,]+/).map((tag) => tag.replace(/^#+/, "")).filter(Boolean))];

/** Only what differs, so that a change made elsewhere in another field stands. */
export function changesOf(task: Task, draft: ReturnType<typeof draftOf>, zone: string): TaskUpdate {
  const before = draftOf(task, zone);
  const changes: TaskUpdate = {};
  if (draft.title.trim() !== before.title) changes.title = draft.title.trim();
  if (draft.description !== before.description) changes.description = draft.description || null;
  if (draft.status !== before.status) changes.status = draft.status;
  if (draft.priority !== before.priority) changes.priority = draft.priority;
  if (draft.category.trim() !== before.category) changes.category = draft.category.trim() || null;
  if (draft.tags !== before.tags) changes.tags = tagsOf(draft.tags);
  if (draft.date !== before.date || draft.time !== before.time) {
    if (!draft.date) {
      if (task.dueAt) changes.dueAt = null;
      else changes.dueDate = null;
    } else if (draft.time) changes.dueAt = instantOf(draft.date, draft.time, zone);
    else changes.dueDate = draft.date;
  }
  if (JSON.stringify(draft.reminders) !== JSON.stringify(before.reminders)) changes.reminders = draft.reminders;
  return changes;
}

export default function TaskEditor({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const { update, remove } = useTaskActions();
  const zone = user.timezone;
  const [base, setBase] = useState(task);
  const [draft, setDraft] = useState(() => draftOf(task, zone));
  const [error, setError] = useState<string | null>(null);
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));

  async function save(event: FormEvent) {
    event.preventDefault();
    const changes = changesOf(base, draft, zone);
    if (Object.keys(changes).length === 0) return onClose();
    try {
      await update.mutateAsync({ task: base, changes });
      onClose();
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 412) {
        const fresh = await http.get<Task>(`/api/v1/tasks/${task.id}`);
        setBase(fresh);
        setDraft(draftOf(fresh, zone));
        setError(t("editor.changed"));
      } else setError(failure instanceof Error ? failure.message : t("error.title"));
    }
  }

  const presets = draft.time ? timedPresets : dayPresets;
  return (
    <Modal opened onClose={onClose} title={t("editor.heading")} size="lg" closeButtonProps={{ "aria-label": t("editor.close") }}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="md">
          {error && (
            <Alert color="red" variant="light" role="alert">
              {error}
            </Alert>
          )}
          <TextInput label={t("editor.title")} data-autofocus required withAsterisk={false} maxLength={500} value={draft.title}
            onChange={(event) => set({ title: event.currentTarget.value })} />
          <Textarea label={t("editor.notes")} autosize minRows={2} maxRows={10} maxLength={16_384} value={draft.description}
            onChange={(event) => set({ description: event.currentTarget.value })} />
          <Group grow align="end">
            <TextInput type="date" label={t("editor.due")} value={draft.date}
              onChange={(event) => set({ date: event.currentTarget.value, ...(event.currentTarget.value ? {} : { time: "", reminders: [] }) })} />
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
          <div role="group" aria-labelledby="editor-reminders">
            <div className="field-label" id="editor-reminders">{t("editor.reminders")}</div>
            <ul className="chips">
              {draft.reminders.map((reminder, index) => (
                <li key={index} className="chip" data-kind="reminder">
                  <Icon name="bell" size={14} />
                  {reminderText(reminder, zone, t)}
                  <ActionIcon size="xs" variant="transparent" color="gray" aria-label={t("editor.removeReminder")}
                    onClick={() => set({ reminders: draft.reminders.filter((_, other) => other !== index) })}>
                    <Icon name="close" size={12} />
                  </ActionIcon>
                </li>
              ))}
              {draft.reminders.length < kMaxReminders && (
                <li>
                  <Menu shadow="md" position="bottom-start">
                    <Menu.Target>
                      <Button size="compact-sm" variant="subtle" disabled={!draft.date} leftSection={<Icon name="plus" size={14} />}>
                        {t("editor.addReminder")}
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {presets.map((preset, index) => (
                        <Menu.Item key={index} onClick={() => set({ reminders: [...draft.reminders, preset] })}>
                          {reminderText(preset, zone, t)}
                        </Menu.Item>
                      ))}
                    </Menu.Dropdown>
                  </Menu>
                </li>
              )}
            </ul>
          </div>
          <Subtasks parent={base} />
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
