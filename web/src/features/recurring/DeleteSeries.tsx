import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecurringTask } from "../../api/types";
import { kScopes, type Scope } from "./use_series_actions";

/** Asks what becomes of the tasks that a recurring task has made (B-13). */
export function DeleteSeries({ series, onDelete, onClose }: { series: RecurringTask; onDelete: (scope: Scope) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [scope, setScope] = useState<Scope>("future");
  return (
    <Modal opened onClose={onClose} withCloseButton={false} centered title={t("series.confirmDelete", { title: series.title })}>
      <Radio.Group value={scope} onChange={(value) => setScope(value as Scope)} label={t("series.whatGoes")} mb="md">
        <Stack gap="xs" mt="xs">
          {kScopes.map((value) => (
            <Radio key={value} value={value} label={t(`series.scopes.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("series.cancel")}
        </Button>
        <Button color="red" onClick={() => onDelete(scope)}>
          {t("series.delete")}
        </Button>
      </Group>
    </Modal>
  );
}
