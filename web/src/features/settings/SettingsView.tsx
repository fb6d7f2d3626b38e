import { Button, Group, Modal, NativeSelect, SegmentedControl, Stack, Switch, Text, TextInput, Title, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NotificationSettings, User, UserUpdate } from "../../api/types";
import { useApp } from "../../app_context";
import { useToast } from "../../ui/toasts";
import { Channels } from "./Channels";
import { Tokens } from "./Tokens";

const zones = (own: string) => [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone"), own])].sort();

export default function SettingsView() {
  const { t } = useTranslation();
  const { http, user, setUser } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  const scheme = useMantineColorScheme();
  const [name, setName] = useState(user.name ?? "");
  const [deleting, setDeleting] = useState(false);
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  const failed = (error: Error) => toast({ message: error.message, tone: "error" });
  const saved = () => toast({ message: t("settings.saved") });
  const account = useMutation({
    mutationFn: (changes: UserUpdate) => http.patch<User>("/api/v1/me", changes),
    onSuccess: (fresh) => {
      setUser(fresh);
      saved();
      void queries.invalidateQueries({ queryKey: ["tasks"] });
    },
    onError: failed,
  });
  const notices = useQuery({
    queryKey: ["notification-settings"],
    queryFn: () => http.get<NotificationSettings>("/api/v1/notifications/settings"),
  });
  const setNotices = useMutation({
    mutationFn: (changes: Partial<NotificationSettings>) => http.patch<NotificationSettings>("/api/v1/notifications/settings", changes),
    onSuccess: (fresh) => {
      queries.setQueryData(["notification-settings"], fresh);
      saved();
    },
    onError: failed,
  });
  const erase = useMutation({ mutationFn: () => http.delete("/api/v1/me"), onSuccess: () => http.forget(), onError: failed });
  const quiet = notices.data?.quietHours ?? null;

  return (
    <section aria-labelledby="settings-heading" className="settings">
      <header className="page-head">
        <Title order={1} size="h2" id="settings-heading">
          {t("settings.heading")}
        </Title>
      </header>
      <div className="panel">
        <h2>{t("settings.account")}</h2>
        <Stack>
          <Text size="sm" c="dimmed">
            {user.email}
          </Text>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              account.mutate({ name: name.trim() || null });
            }}
          >
            <Group align="end">
              <TextInput style={{ flex: 1 }} label={t("auth.name")} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
              <Button type="submit" variant="light" disabled={name.trim() === (user.name ?? "")}>
                {t("settings.save")}
              </Button>
            </Group>
          </form>
        </Stack>
      </div>
      <div className="panel">
        <h2>{t("settings.time")}</h2>
        <Stack>
          <Group align="end">
            <NativeSelect style={{ flex: 1 }} label={t("settings.zone")} value={user.timezone} data={zones(user.timezone)}
              onChange={(event) => account.mutate({ timezone: event.currentTarget.value })} />
            {browserZone !== user.timezone && (
              <Button variant="light" onClick={() => account.mutate({ timezone: browserZone })}>
                {t("settings.useBrowser", { zone: browserZone })}
              </Button>
            )}
          </Group>
          <TextInput type="time" label={t("settings.allDay")} maw={260} key={user.preferences.allDayReminderTime}
            defaultValue={user.preferences.allDayReminderTime}
            onBlur={(event) => {
              const time = event.currentTarget.value;
              if (time && time !== user.preferences.allDayReminderTime) account.mutate({ preferences: { allDayReminderTime: time } });
            }} />
          <Group grow>
            <NativeSelect label={t("settings.weekStart")} value={user.preferences.weekStart}
              data={(["monday", "saturday", "sunday"] as const).map((value) => ({ value, label: t(`settings.${value}`) }))}
              onChange={(event) => account.mutate({ preferences: { weekStart: event.currentTarget.value as "monday" } })} />
            <NativeSelect label={t("settings.dateOrder")} value={user.preferences.dateOrder}
              data={(["mdy", "dmy", "ymd"] as const).map((value) => ({ value, label: t(`settings.${value}`) }))}
              onChange={(event) => account.mutate({ preferences: { dateOrder: event.currentTarget.value as "mdy" } })} />
          </Group>
        </Stack>
      </div>
      {notices.data && (
        <div className="panel">
          <h2>{t("settings.notices")}</h2>
          <Stack>
            <Switch label={t("settings.completion")} checked={notices.data.completionNotices}
              onChange={(event) => setNotices.mutate({ completionNotices: event.currentTarget.checked })} />
            <Group align="end">
              <Switch label={t("settings.digest")} checked={notices.data.digestAt !== null} pb={8}
                onChange={(event) => setNotices.mutate({ digestAt: event.currentTarget.checked ? "07:30" : null })} />
              {notices.data.digestAt && (
                <TextInput type="time" aria-label={t("settings.digest")} defaultValue={notices.data.digestAt}
                  onBlur={(event) => event.currentTarget.value && setNotices.mutate({ digestAt: event.currentTarget.value })} />
              )}
            </Group>
            <Group align="end">
              <Switch label={t("settings.quiet")} checked={quiet !== null} pb={8}
                onChange={(event) => setNotices.mutate({ quietHours: event.currentTarget.checked ? { from: "22:00", to: "07:00" } : null })} />
              {quiet && (
                <>
                  <TextInput type="time" aria-label={t("settings.from")} defaultValue={quiet.from}
                    onBlur={(event) => event.currentTarget.value && setNotices.mutate({ quietHours: { ...quiet, from: event.currentTarget.value } })} />
                  <TextInput type="time" aria-label={t("settings.to")} defaultValue={quiet.to}
                    onBlur={(event) => event.currentTarget.value && setNotices.mutate({ quietHours: { ...quiet, to: event.currentTarget.value } })} />
                </>
              )}
            </Group>
          </Stack>
        </div>
      )}
      {notices.data && <Channels settings={notices.data} />}
      <Tokens />
      <div className="panel">
        <h2>{t("settings.appearance")}</h2>
        <SegmentedControl aria-label={t("settings.appearance")} value={scheme.colorScheme}
          onChange={(value) => scheme.setColorScheme(value as MantineColorScheme)}
          data={(["auto", "light", "dark"] as const).map((value) => ({ value, label: t(`settings.${value}`) }))} />
      </div>
      <Group justify="space-between" mt="md">
        <Button variant="default" onClick={() => void http.signOut().catch(failed)}>
          {t("auth.signOut")}
        </Button>
        <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>
          {t("settings.delete")}
        </Button>
      </Group>
      <Modal opened={deleting} onClose={() => setDeleting(false)} title={t("settings.delete")} centered withCloseButton={false}>
        <Text size="sm" mb="md">
          {t("settings.deleteConfirm")}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setDeleting(false)}>
            {t("settings.cancel")}
          </Button>
          <Button color="red" loading={erase.isPending} onClick={() => erase.mutate()}>
            {t("settings.deleteYes")}
          </Button>
        </Group>
      </Modal>
    </section>
  );
}
