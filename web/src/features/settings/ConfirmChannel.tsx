import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Channel } from "../../api/types";
import { useApp } from "../../app_context";
import { useToast } from "../../ui/toasts";

type Props = { channel: Channel; path: string; onConfirmed: () => void };

/** Asks for the code that was mailed to a new address. */
export function ConfirmChannel({ channel, path, onConfirmed }: Props) {
  const { t } = useTranslation();
  const { http } = useApp();
  const toast = useToast();
  const [code, setCode] = useState("");
  const failed = (error: Error) => toast({ message: error.message, tone: "error" });
  const confirm = useMutation({
    mutationFn: (entered: string) => http.post<Channel>(`${path}/confirm`, { code: entered }),
    onSuccess: onConfirmed,
    onError: failed,
  });
  const again = useMutation({
    mutationFn: () => http.post(`${path}/code`),
    onSuccess: () => toast({ message: t("channels.codeSent", { target: channel.target }) }),
    onError: failed,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    confirm.mutate(code.trim());
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Text size="sm">{t("channels.unconfirmed", { target: channel.target })}</Text>
        <Group align="end" gap="xs">
          <TextInput label={t("channels.code")} value={code} required inputMode="numeric" autoComplete="one-time-code" w={120}
            onChange={(event) => setCode(event.currentTarget.value)} />
          <Button type="submit" size="xs" loading={confirm.isPending}>
            {t("channels.confirm")}
          </Button>
          <Button size="xs" variant="subtle" loading={again.isPending} onClick={() => again.mutate()}>
            {t("channels.sendCode")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
