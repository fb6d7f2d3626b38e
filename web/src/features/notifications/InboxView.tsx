import { Button, Group, Menu, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useApp } from "../../app_context";
import { whenText } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, LoadingList } from "../../ui/states";
import { useNow } from "../../ui/use_now";
import { useNotifications, useReminderActions, useUpcomingReminders } from "./use_reminders";

export default function InboxView() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const now = useNow();
  const queries = useQueryClient();
  const inbox = useNotifications();
  const upcoming = useUpcomingReminders();
  const actions = useReminderActions();
  const refresh = () => queries.invalidateQueries({ queryKey: ["notifications"] });
  const read = useMutation({ mutationFn: (id: string) => http.post(`/api/v1/notifications/${id}/read`), onSuccess: refresh });
  const readAll = useMutation({ mutationFn: () => http.post("/api/v1/notifications/read-all"), onSuccess: refresh });
  const items = inbox.data?.items ?? [];
  const ahead = upcoming.data?.items ?? [];

  const snoozeMenu = (id: string, label: string) => (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="light" leftSection={<Icon name="clock" size={14} />} aria-label={`${t("reminder.snooze")}: ${label}`}>
          {t("reminder.snooze")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.options(id).map((option) => (
          <Menu.Item key={option.label} onClick={option.run}>
            {option.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );

  return (
    <section aria-labelledby="inbox-heading">
      <header className="page-head">
        <Title order={1} size="h2" id="inbox-heading">
          {t("inbox.heading")}
        </Title>
        {(inbox.data?.unread ?? 0) > 0 && (
          <Button size="compact-sm" variant="subtle" onClick={() => readAll.mutate()}>
            {t("inbox.readAll")}
          </Button>
        )}
      </header>
      {inbox.isPending && <LoadingList />}
      {inbox.isError && <ErrorState error={inbox.error} retry={() => void inbox.refetch()} />}
      {inbox.isSuccess && items.length === 0 && <EmptyState icon="bell" title={t("inbox.empty")} hint={t("inbox.hint")} />}
      <ul className="inbox-list">
        {items.map((one) => {
          // A summary stands for several reminders, of which one is not to be taken for all.
          const reminder = one.kind === "summary" ? null : one.reminderId;
          return (
            <li key={one.id} className="inbox-item" data-unread={one.readAt === null}>
              <div className="inbox-main">
                <p className="inbox-title">
                  {one.readAt === null && <span className="visually-hidden">{t("inbox.unread")}: </span>}
                  {one.title}
                </p>
                {one.body && <p className="inbox-body">{one.body}</p>}
                <time dateTime={one.createdAt}>{whenText({ at: one.createdAt, date: null }, user.timezone, now)}</time>
              </div>
              {one.readAt === null && (
                <Group gap={6}>
                  {reminder && snoozeMenu(reminder, one.title)}
                  {reminder && (
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      onClick={() => {
                        actions.dismiss(reminder);
                        read.mutate(one.id);
                      }}
                    >
                      {t("reminder.dismiss")}
                    </Button>
                  )}
                  {!reminder && (
                    <Button size="compact-sm" variant="subtle" onClick={() => read.mutate(one.id)}>
                      {t("inbox.read")}
                    </Button>
                  )}
                </Group>
              )}
            </li>
          );
        })}
      </ul>
      <h2 className="group-name">{t("inbox.upcoming")}</h2>
      {upcoming.isSuccess && ahead.length === 0 && <p className="dim">{t("inbox.noUpcoming")}</p>}
      <ul className="inbox-list">
        {ahead.map((reminder) => (
          <li key={reminder.id} className="inbox-item">
            <div className="inbox-main">
              <p className="inbox-title">{reminder.taskTitle}</p>
              <time dateTime={reminder.fireAt ?? ""}>
                {whenText({ at: reminder.fireAt, date: null }, user.timezone, now)}
                {reminder.state === "snoozed" && ` · ${t("reminder.states.snoozed")}`}
              </time>
            </div>
            <Button size="compact-sm" variant="subtle" onClick={() => actions.dismiss(reminder.id)} aria-label={`${t("reminder.dismiss")}: ${reminder.taskTitle}`}>
              {t("reminder.dismiss")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
