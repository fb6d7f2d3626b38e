import { ActionIcon, Badge, Button, Group, Menu, Modal, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecurringTask } from "../../api/types";
import { useApp } from "../../app_context";
import { startText } from "../../lib/time";
import { focusSoon } from "../../ui/focus";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, LoadingList } from "../../ui/states";
import { reminderText } from "../tasks/reminder_text";
import { DeleteSeries } from "./DeleteSeries";
import { useSeriesActions } from "./use_series_actions";

const SeriesEditor = lazy(() => import("./SeriesEditor"));

export default function RecurringView() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const [asking, setAsking] = useState<{ series: RecurringTask; deed: "edit" | "stop" | "delete" } | null>(null);
  const close = () => {
    if (asking) focusSoon(`series-${asking.series.id}`);
    setAsking(null);
  };
  const list = useQuery({
    queryKey: ["recurring"],
    queryFn: () => http.get<{ items: RecurringTask[] }>("/api/v1/recurring", { limit: 200 }),
  });
  const { act, stop, skip, remove } = useSeriesActions();
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
              {(series.state === "paused" || series.state === "stopped") && (
                <Button size="compact-sm" variant="light"
                  onClick={() => act.mutate({ series, deed: series.state === "paused" ? "resume" : "restore" })}>
                  {t(series.state === "paused" ? "series.resume" : "series.goOn")}
                </Button>
              )}
              <Menu shadow="md" position="bottom-end">
                <Menu.Target>
                  <ActionIcon id={`series-${series.id}`} variant="subtle" color="gray" aria-label={t("series.actions", { title: series.title })}>
                    <Icon name="more" />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {series.state !== "stopped" && (
                    <Menu.Item leftSection={<Icon name="edit" size={16} />} onClick={() => setAsking({ series, deed: "edit" })}>
                      {t("series.edit")}
                    </Menu.Item>
                  )}
                  {series.state === "active" && (
                    <>
                      <Menu.Item leftSection={<Icon name="skip" size={16} />} onClick={() => skip.mutate(series)}>
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
      {asking?.deed === "stop" && (
        <Modal opened onClose={close} withCloseButton={false} centered title={t("series.confirmStop", { title: asking.series.title })}>
          <Text size="sm" c="dimmed" mb="md">
            {asking.series.rruleText}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("series.cancel")}
            </Button>
            <Button
              color="red"
              onClick={() => {
                stop.mutate(asking.series);
                close();
              }}
            >
              {t("series.stop")}
            </Button>
          </Group>
        </Modal>
      )}
      {asking?.deed === "delete" && (
        <DeleteSeries series={asking.series} onClose={close}
          onDelete={(scope) => {
            remove.mutate({ series: asking.series, scope });
            close();
          }} />
      )}
      <Suspense>{asking?.deed === "edit" && <SeriesEditor series={asking.series} onClose={close} />}</Suspense>
    </section>
  );
}
