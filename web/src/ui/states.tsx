import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "./Icon";

export function LoadingList({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t("app.loading")} className="fade-in-late">
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={46} radius="md" />
      ))}
    </Stack>
  );
}

export function EmptyState({ icon, title, hint }: { icon: IconName; title: string; hint?: string }) {
  return (
    <Stack align="center" gap={6} py={56} className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={26} />
      </span>
      <Text fw={600}>{title}</Text>
      {hint && (
        <Text size="sm" c="dimmed" ta="center" maw={360}>
          {hint}
        </Text>
      )}
    </Stack>
  );
}

export function ErrorState({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack align="center" gap="sm" py={48} role="alert">
      <Text fw={600}>{t("error.page")}</Text>
      <Text size="sm" c="dimmed">
        {error instanceof Error ? error.message : ""}
      </Text>
      <Button variant="light" onClick={retry}>
        {t("error.retry")}
      </Button>
    </Stack>
  );
}
