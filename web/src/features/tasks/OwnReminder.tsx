import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dateIn, instantOf } from "../../lib/time";

/** Asks for a reminder's own date and time, which no due date moves. */
export function OwnReminder({ zone, onAdd, onCancel }: { zone: string; onAdd: (at: string) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [date, setDate] = useState(() => dateIn(new Date(), zone));
  const [time, setTime] = useState("");
  return (
    <Group align="end" gap="xs" mt="xs">
      <TextInput type="date" size="xs" label={t("editor.remindOn")} value={date} onChange={(event) => setDate(event.currentTarget.value)} />
      <TextInput type="time" size="xs" label={t("editor.remindAt")} value={time} onChange={(event) => setTime(event.currentTarget.value)} />
      <Button size="xs" variant="light" disabled={!date || !time} onClick={() => onAdd(instantOf(date, time, zone))}>
        {t("add.submit")}
      </Button>
      <Button size="xs" variant="subtle" color="gray" onClick={onCancel}>
        {t("editor.cancel")}
      </Button>
    </Group>
  );
}
