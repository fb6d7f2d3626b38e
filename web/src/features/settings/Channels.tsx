import { ActionIcon, Button, Group, NativeSelect, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Channel, ChannelCreate, NotificationSettings } from "../../api/types";
import { useApp } from "../../app_context";
import { useToast } from "../../ui/toasts";
import { ConfirmChannel } from "./ConfirmChannel";

type Kind = ChannelCreate["kind"];
type Topic = Channel["topics"][number];
const topics: Topic[] = ["reminder", "digest", "completion"];
const path = "/api/v1/notification-channels";

/** Where messages go beside inbox and chat: each with what it is for, and a button that tries it. */
export function Channels({ settings }: { settings: NotificationSettings }) {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  // A browser's subscription needs its service worker, so it is not entered by hand.
  const kinds = settings.channelKinds.filter((kind): kind is Kind => kind !== "web-push" && kind !== "in-app");
  const [kind, setKind] = useState<Kind>(kinds[0] ?? "webhook");
  const [target, setTarget] = useState("");
  const [secret, setSecret] = useState("");

  const failed = (error: Error) => toast({ message: error.message, tone: "error" });
  const reload = () => queries.invalidateQueries({ queryKey: ["channels"] });
  const channels = useQuery({ queryKey: ["channels"], queryFn: () => http.get<{ items: Channel[] }>(path) });
  const add = useMutation({
    mutationFn: (channel: ChannelCreate) => http.post<Channel>(path, channel),
    onSuccess: () => {
      setTarget("");
      setSecret("");
      void reload();
    },
    onError: failed,
  });
  const change = useMutation({
    mutationFn: ({ id, ...changes }: Partial<Channel> & { id: string }) => http.patch<Channel>(`${path}/${id}`, changes),
    onSuccess: reload,
    onError: failed,
  });
  const remove = useMutation({ mutationFn: (id: string) => http.delete(`${path}/${id}`), onSuccess: reload, onError: failed });
  const test = useMutation({
    mutationFn: (id: string) => http.post(`${path}/${id}/test`),
    onSuccess: () => toast({ message: t("channels.tested") }),
    onError: failed,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate({ kind, target: target.trim(), ...(secret && { secret }) });
  }

  return (
    <div className="panel">
      <h2>{t("channels.heading")}</h2>
      <Text size="sm" c="dimmed" mb="sm">
        {t("channels.always")}
      </Text>
      <Stack>
        {channels.data?.items.map((channel) => (
          <Stack key={channel.id} gap="xs" component="section" aria-label={channel.name || channel.target}>
            <Group justify="space-between" wrap="nowrap">
              <Switch checked={channel.enabled} label={`${t(`channels.kinds.${channel.kind}`)}: ${channel.name || channel.target}`}
                onChange={(event) => change.mutate({ id: channel.id, enabled: event.currentTarget.checked })} />
              <Group gap="xs" wrap="nowrap">
                {channel.confirmed && (
                  <Button size="xs" variant="light" loading={test.isPending && test.variables === channel.id} onClick={() => test.mutate(channel.id)}>
                    {t("channels.test")}
                  </Button>
                )}
                <ActionIcon variant="subtle" color="red" aria-label={t("channels.remove", { name: channel.name || channel.target })}
                  onClick={() => remove.mutate(channel.id)}>
                  ×
                </ActionIcon>
              </Group>
            </Group>
            {!channel.confirmed && <ConfirmChannel channel={channel} path={`${path}/${channel.id}`} onConfirmed={reload} />}
            <Group gap="md">
              {topics.map((topic) => (
                <Switch key={topic} size="xs" label={t(`channels.topics.${topic}`)} checked={channel.topics.includes(topic)}
                  onChange={(event) =>
                    change.mutate({
                      id: channel.id,
                      topics: topics.filter((each) => (each === topic ? event.currentTarget.checked : channel.topics.includes(each))),
                    })
                  } />
              ))}
            </Group>
          </Stack>
        ))}
        <form onSubmit={submit}>
          <Group align="end">
            <NativeSelect label={t("channels.kind")} value={kind} data={kinds.map((value) => ({ value, label: t(`channels.kinds.${value}`) }))}
              onChange={(event) => setKind(event.currentTarget.value as Kind)} />
            <TextInput style={{ flex: 1 }} required label={t(kind === "email" ? "channels.address" : "channels.url")} value={target}
              placeholder={kind === "email" ? user.email : "https://"} onChange={(event) => setTarget(event.currentTarget.value)} />
            {kind !== "email" && (
              <TextInput type="password" autoComplete="off" label={t(kind === "push" ? "channels.token" : "channels.secret")} value={secret}
                onChange={(event) => setSecret(event.currentTarget.value)} />
            )}
            <Button type="submit" variant="light" loading={add.isPending}>
              {t("channels.add")}
            </Button>
          </Group>
        </form>
      </Stack>
    </div>
  );
}
