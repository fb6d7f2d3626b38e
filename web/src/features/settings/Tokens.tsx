import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApiToken } from "../../api/types";
import { useApp } from "../../app_context";
import { whenText } from "../../lib/time";
import { useToast } from "../../ui/toasts";

const path = "/api/v1/tokens";

/** What acts for the person by a token of its own (the command line, scripts, agents), each with a way to end that. */
export function Tokens() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  const [asking, setAsking] = useState<ApiToken | null>(null);
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => http.get<{ items: ApiToken[] }>(path), refetchOnMount: "always" });
  const revoke = useMutation({
    mutationFn: ({ id }: ApiToken) => http.delete(`${path}/${id}`),
    onSuccess: (_nothing, { name }) => {
      toast({ message: t("tokens.revoked", { name }) });
      return queries.invalidateQueries({ queryKey: ["tokens"] });
    },
    onError: (error) => toast({ message: error.message, tone: "error" }),
  });
  const items = tokens.data?.items ?? [];
  const when = (at: string) => whenText({ at, date: null }, user.timezone, new Date());

  return (
    <div className="panel">
      <h2>{t("tokens.heading")}</h2>
      <Text size="sm" c="dimmed" mb="sm">
        {t(tokens.isSuccess && items.length === 0 ? "tokens.none" : "tokens.hint")}
      </Text>
      <Stack component="ul" gap="sm">
        {items.map((token) => (
          <Group key={token.id} component="li" justify="space-between" wrap="nowrap" align="start">
            <div className="token">
              <p>{token.name}</p>
              <Text size="sm" c="dimmed" component="p">
                {[
                  token.scopes.length > 0 ? token.scopes.join(", ") : t("tokens.everything"),
                  token.lastUsedAt ? t("tokens.used", { when: when(token.lastUsedAt) }) : t("tokens.unused"),
                  ...(token.expiresAt ? [t("tokens.expires", { when: when(token.expiresAt) })] : []),
                ].join(" · ")}
              </Text>
            </div>
            <Button size="xs" variant="light" color="red" aria-label={t("tokens.revokeOne", { name: token.name })} onClick={() => setAsking(token)}>
              {t("tokens.revoke")}
            </Button>
          </Group>
        ))}
      </Stack>
      <Modal opened={asking !== null} onClose={() => setAsking(null)} withCloseButton={false} centered
        title={asking && t("tokens.confirm", { name: asking.name })}>
        <Text size="sm" c="dimmed" mb="md">
          {t("tokens.confirmHint")}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsking(null)}>
            {t("settings.cancel")}
          </Button>
          <Button
            color="red"
            onClick={() => {
              if (asking) revoke.mutate(asking);
              setAsking(null);
            }}
          >
            {t("tokens.revoke")}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}
