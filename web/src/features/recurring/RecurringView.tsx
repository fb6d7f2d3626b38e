import { ActionIcon, Badge, Button, Group, Menu, Modal, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecurringTask } from "../../api/types";
import { useApp } from "../../app_context";
import { startText } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, LoadingList } from "../../ui/states";
import { useToast } from "../../ui/toasts";
import { reminderText } from "../tasks/reminder_text";

type Deed = "pause" | "resume" | "stop" | "skip" | "delete";
const kDone: Record<Deed, string> = {
  pause: "series.paused",
  resume: "series.resumed",
  stop: "series.stopped",
  skip: "series.skipped",
  delete: "series.deleted",
};

export default function RecurringView() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  const [asking, setAsking] = useState<{ series: RecurringTask; deed: "stop" | "delete" } | null>(null);
  const list = useQuery({
    queryKey: ["recurring"],
    queryFn: () => http.get<{ items: RecurringTask[] }>("/api/v1/recurring", { limit: 200 }),
  });
  const act = useMutation({
    mutationFn: async ({ series, deed }: { series: RecurringTask; deed: Deed }) => {
      if (deed === "delete") await http.delete(`/api/v1/recurring/${series.id}?scope=future`);
      else await http.post(`/api/v1/recurring/${series.id}/${deed}`);
    },
    onSuccess: (_nothing, { series, deed }) => {
      const next = series.next[0];
      toast({ message: t(kDone[deed], { title: series.title, when: next ? startText(next, user.timezone) : "" }) });
      void queries.invalidateQueries({ queryKey: ["tasks"] });
      return queries.invalidateQueries({ queryKey: ["recurring"] });
    },
    onError: (error) => toast({ message: error.message, tone: "error" }),
  });
  const items = list.data?.items ?? [];

  return (
    <section aria-labelledby="recurring-heading">
      <header className="page-head">
        <Title order={1} size="h2" id="recurring-heading">
          {t("series.heading")}
        </Title>
      </header>
      {list.isPending && <LoadingList />}
      {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <EmptyState icon="repeat" title={t("series.empty")} hint={t("series.hint")} />}
      <ul className="series-list">
        {items.map((series) => (
          <li key={series.id} className="series" data-state={series.state}>
            <div className="series-main">
              <h2>{series.title}</h2>
              <p className="series-rule">
                <Icon name="repeat" size={15} /> {series.rruleText}
              </p>
              {series.reminders.map((reminder, index) => (
                <p key={index} className="series-rule">
                  <Icon name="bell" size={15} /> {reminderText(reminder, user.timezone, t)}
                </p>
              ))}
              {series.next.length > 0 && (
                <p className="series-next">
                  <span>{t("series.next")}</span>
                  {series.next.slice(0, 4).map((start) => (
                    <span key={start} className="next-chip">
                      {startText(start, user.timezone)}
                    </span>
                  ))}
                </p>
              )}
            </div>
            <Group gap={6} wrap="nowrap" align="start">
              {series.state !== "active" && (
                <Badge variant="default">
                  {t(`series.states.${series.state}`)}
                </Badge>
              )}
              {series.state === "paused" && (
                <Button size="compact-sm" variant="light" onClick={() => act.mutate({ series, deed: "resume" })}>
                  {t("series.resume")}
                </Button>
              )}
              <Menu shadow="md" position="bottom-end">
                <Menu.Target>
                  <ActionIcon variant="subtle" color="gray" aria-label={t("series.actions", { title: series.title })}>
                    <Icon name="more" />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {series.state === "active" && (
                    <>
                      <Menu.Item leftSection={<Icon name="skip" size={16} />} onClick={() => act.mutate({ series, deed: "skip" })}>
                        {t("series.skip")}
                      </Menu.Item>
                      <Menu.Item leftSection={<Icon name="pause" size={16} />} onClick={() => act.mutate({ series, deed: "pause" })}>
                        {t("series.pause")}
                      </Menu.Item>
                    </>
                  )}
                  {(series.state === "active" || series.state === "paused") && (
                    <Menu.Item leftSection={<Icon name="stop" size={16} />} onClick={() => setAsking({ series, deed: "stop" })}>
                      {t("series.stop")}
                    </Menu.Item>
                  )}
                  <Menu.Item color="red" leftSection={<Icon name="trash" size={16} />} onClick={() => setAsking({ series, deed: "delete" })}>
                    {t("series.delete")}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </Group>
          </li>
        ))}
      </ul>
      {asking && (
        <Modal opened onClose={() => setAsking(null)} withCloseButton={false} centered
          title={t(asking.deed === "stop" ? "series.confirmStop" : "series.confirmDelete", { title: asking.series.title })}>
          <Text size="sm" c="dimmed" mb="md">
            {asking.series.rruleText}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(null)}>
              {t("series.cancel")}
            </Button>
            <Button
              color="red"
              onClick={() => {
                act.mutate(asking);
                setAsking(null);
              }}
            >
              {t(asking.deed === "stop" ? "series.stop" : "series.delete")}
            </Button>
          </Group>
        </Modal>
      )}
    </section>
  );
}
