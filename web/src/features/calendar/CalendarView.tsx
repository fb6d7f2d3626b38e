import { ActionIcon, Button, Modal, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Task } from "../../api/types";
import { useApp } from "../../app_context";
import { clockText, dateIn, timeIn } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { ErrorState } from "../../ui/states";
import { useNow } from "../../ui/use_now";
import { addMonths, weeksOf } from "./month";

const TaskEditor = lazy(() => import("../tasks/TaskEditor"));
const kShown = 4;

interface Calendar {
  days: { date: string; items: Task[] }[];
}

/** A month of tasks that have a due. */
export default function CalendarView() {
  const { t } = useTranslation();
  const { http, user } = useApp();
  const today = dateIn(useNow(), user.timezone);
  const [month, setMonth] = useState(today.slice(0, 7));
  const [editing, setEditing] = useState<Task | null>(null);
  const [openDay, setOpenDay] = useState<string | null>(null);
  const weeks = weeksOf(month, user.preferences.weekStart);
  const from = weeks[0]?.[0] ?? "";
  const to = weeks.at(-1)?.[6] ?? "";
  const calendar = useQuery({
    queryKey: ["tasks", "calendar", from, to, user.timezone],
    queryFn: () => http.get<Calendar>("/api/v1/tasks/calendar", { from, to, timezone: user.timezone }),
    placeholderData: keepPreviousData,
  });
  const tasksOf = new Map(calendar.data?.days.map((day) => [day.date, day.items]));
  const form = (options: Intl.DateTimeFormatOptions, date: string) =>
    new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`));

  const taskButton = (task: Task) => (
    <button
      type="button"
      className="month-task"
      data-done={task.status === "completed"}
      data-priority={task.priority}
      onClick={() => {
        setOpenDay(null);
        setEditing(task);
      }}
    >
      {task.dueAt && <span>{clockText(timeIn(task.dueAt, user.timezone))} </span>}
      {task.title}
    </button>
  );
  const longDay = (date: string) => form({ weekday: "long", day: "numeric", month: "long" }, date);

  return (
    <section className="calendar" aria-labelledby="calendar-heading">
      <header className="page-head">
        <Title order={1} size="h2" id="calendar-heading" aria-live="polite">
          {form({ month: "long", year: "numeric" }, `${month}-15`)}
        </Title>
        <div className="calendar-turn">
          <ActionIcon variant="subtle" color="gray" aria-label={t("calendar.before")} onClick={() => setMonth(addMonths(month, -1))}>
            <Icon name="left" />
          </ActionIcon>
          <Button size="compact-sm" variant="default" onClick={() => setMonth(today.slice(0, 7))}>
            {t("calendar.today")}
          </Button>
          <ActionIcon variant="subtle" color="gray" aria-label={t("calendar.after")} onClick={() => setMonth(addMonths(month, 1))}>
            <Icon name="right" />
          </ActionIcon>
        </div>
      </header>
      {calendar.isError ? (
        <ErrorState error={calendar.error} retry={() => void calendar.refetch()} />
      ) : (
        <table className="month" aria-labelledby="calendar-heading">
          <thead>
            <tr>
              {weeks[0]?.map((date) => (
                <th key={date} scope="col" abbr={form({ weekday: "long" }, date)}>
                  {form({ weekday: "short" }, date)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr key={week[0]}>
                {week.map((date) => {
                  const tasks = tasksOf.get(date) ?? [];
                  return (
                    <td key={date} data-other={date.slice(0, 7) !== month} data-today={date === today}>
                      <time dateTime={date}>{Number(date.slice(8))}</time>
                      <ul>
                        {tasks.slice(0, kShown).map((task) => (
                          <li key={task.id}>{taskButton(task)}</li>
                        ))}
                        {tasks.length > kShown && (
                          <li>
                            <button type="button" className="month-more" onClick={() => setOpenDay(date)}
                              aria-label={t("calendar.moreOn", { count: tasks.length - kShown, day: longDay(date) })}>
                              {t("calendar.more", { count: tasks.length - kShown })}
                            </button>
                          </li>
                        )}
                      </ul>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Modal opened={openDay !== null} onClose={() => setOpenDay(null)} title={openDay && longDay(openDay)}
        closeButtonProps={{ "aria-label": t("editor.close") }}>
        <ul className="day-tasks">
          {(tasksOf.get(openDay ?? "") ?? []).map((task) => (
            <li key={task.id}>{taskButton(task)}</li>
          ))}
        </ul>
      </Modal>
      <Suspense>{editing && <TaskEditor task={editing} onClose={() => setEditing(null)} />}</Suspense>
    </section>
  );
}
