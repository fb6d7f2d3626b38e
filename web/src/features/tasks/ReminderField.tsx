import { ActionIcon, Button, Menu } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ReminderSpec } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { OwnReminder } from "./OwnReminder";
import { reminderText } from "./reminder_text";

const kMaxReminders = 3;
const presets: Record<"time" | "day", ReminderSpec[]> = {
  time: [{ before: "PT0M" }, { before: "PT10M" }, { before: "PT30M" }, { before: "PT1H" }, { before: "P1D" }],
  day: [{ daysBefore: 0, time: "09:00" }, { daysBefore: 1, time: "18:00" }, { daysBefore: 7, time: "09:00" }],
};

interface Props<Spec extends ReminderSpec> {
  reminders: Spec[];
  /** What a reminder can count from; null: nothing. */
  counts: "time" | "day" | null;
  /** Whether one may stand at a date and time of its own. */
  ownTime?: boolean;
  zone: string;
  onChange: (reminders: Spec[]) => void;
}

/** The reminders of a form as chips, each with a way off, and a menu of those that can be added. */
export function ReminderField<Spec extends ReminderSpec>({ reminders, counts, ownTime = false, zone, onChange }: Props<Spec>) {
  const { t } = useTranslation();
  const id = useId();
  const [choosesTime, setChoosesTime] = useState(false);
  const add = (reminder: ReminderSpec) => onChange([...reminders, reminder as Spec]);
  const offered = counts ? presets[counts] : [];
  return (
    <div role="group" aria-labelledby={id}>
      <div className="field-label" id={id}>{t("editor.reminders")}</div>
      <ul className="chips">
        {reminders.map((reminder, index) => (
          <li key={index} className="chip" data-kind="reminder">
            <Icon name="bell" size={14} />
            {reminderText(reminder, zone, t)}
            <ActionIcon size="xs" variant="transparent" color="gray" aria-label={t("editor.removeReminder")}
              onClick={() => onChange(reminders.filter((_, other) => other !== index))}>
              <Icon name="close" size={12} />
            </ActionIcon>
          </li>
        ))}
        {reminders.length < kMaxReminders && (offered.length > 0 || ownTime) && (
          <li>
            <Menu shadow="md" position="bottom-start">
              <Menu.Target>
                <Button size="compact-sm" variant="subtle" leftSection={<Icon name="plus" size={14} />}>
                  {t("editor.addReminder")}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {offered.map((preset, index) => (
                  <Menu.Item key={index} onClick={() => add(preset)}>
                    {reminderText(preset, zone, t)}
                  </Menu.Item>
                ))}
                {ownTime && <Menu.Item onClick={() => setChoosesTime(true)}>{t("editor.ownReminder")}</Menu.Item>}
              </Menu.Dropdown>
            </Menu>
          </li>
        )}
      </ul>
      {choosesTime && reminders.length < kMaxReminders && (
        <OwnReminder zone={zone} onCancel={() => setChoosesTime(false)}
          onAdd={(at) => {
            add({ at });
            setChoosesTime(false);
          }} />
      )}
    </div>
  );
}
