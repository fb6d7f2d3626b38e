import { ActionIcon, Alert, Button, Group, Menu, Modal, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/http";
import type { Priority, ReminderSpec, Task, TaskStatus } from "../../api/types";
import { useApp } from "../../app_context";
import { Icon } from "../../ui/Icon";
import { changesOf, draftOf, rebase, type Draft } from "./draft";
import { OwnReminder } from "./OwnReminder";
import { reminderText } from "./reminder_text";
import { Subtasks } from "./Subtasks";
import { useTaskActions } from "./use_tasks";

const kMaxReminders = 3;
const timedPresets: ReminderSpec[] = [{ before: "PT0M" }, { before: "PT10M" }, { before: "PT30M" }, { before: "PT1H" }, { before: "P1D" }];
const dayPresets: ReminderSpec[] = [{ daysBefore: 0, time: "09:00" }, { daysBefore: 1, time: "18:00" }, { daysBefore: 7, time: "09:00" }];

/** Reminders that count from the due go with it; one at a time of its own stays. */
const withoutDue = (draft: Draft): Partial<Draft> => ({ time: "", reminders: draft.reminders.filter((one) => "at" in one) });

export default function TaskEditor({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const { update, remove } = useTaskActions();
  const zone = user.timezone;
  const [base, setBase] = useState(task);
  const [draft, setDraft] = useState(() => draftOf(task, zone));
  const [error, setError] = useState<string | null>(null);
  const [choosesTime, setChoosesTime] = useState(false);
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

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
        setDraft(rebase(draft, draftOf(base, zone), draftOf(fresh, zone)));
        setError(t("editor.changed"));
      } else setError(failure instanceof Error ? failure.message : t("error.title"));
    }
  }

  const addReminder = (reminder: ReminderSpec) => set({ reminders: [...draft.reminders, reminder] });
  // Without a due date there is nothing to count from.
  const presets = !draft.date ? [] : draft.time ? timedPresets : dayPresets;
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
                      <Button size="compact-sm" variant="subtle" leftSection={<Icon name="plus" size={14} />}>
                        {t("editor.addReminder")}
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {presets.map((preset, index) => (
                        <Menu.Item key={index} onClick={() => addReminder(preset)}>
                          {reminderText(preset, zone, t)}
                        </Menu.Item>
                      ))}
                      <Menu.Item onClick={() => setChoosesTime(true)}>{t("editor.ownReminder")}</Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                </li>
              )}
            </ul>
            {choosesTime && draft.reminders.length < kMaxReminders && (
              <OwnReminder zone={zone} onCancel={() => setChoosesTime(false)}
                onAdd={(at) => {
                  addReminder({ at });
                  setChoosesTime(false);
                }} />
            )}
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
