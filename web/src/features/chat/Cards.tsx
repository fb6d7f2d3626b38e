import { Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Card, RecurringTask, Task } from "../../api/types";
import { useApp } from "../../app_context";
import { whenText, startText } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { isOverdue } from "../tasks/groups";
import { reminderText } from "../tasks/reminder_text";

/** What the answer shows beside its words. A card of a later version is passed over. */
export function CardView({ card }: { card: Card }) {
  const { t } = useTranslation();
  switch (card.type) {
    case "task":
      return <TaskLines tasks={[card.task]} />;
    case "task-list":
      return (
        <div className="card">
          {card.title && <div className="card-title">{card.title}</div>}
          <TaskLines tasks={card.tasks} bare />
          {card.total > card.tasks.length && (
            <div className="card-foot">{t("chat.total", { shown: card.tasks.length, total: card.total })}</div>
          )}
        </div>
      );
    case "series":
      return <SeriesLines items={[card.series]} />;
    case "series-list":
      return <SeriesLines items={card.items} />;
    case "reminder":
      return (
        <div className="card card-line">
          <Icon name="bell" size={16} />
          <span>{card.reminder.taskTitle}</span>
        </div>
      );
    case "stats":
      return (
        <dl className="card card-stats">
          {(["open", "completed", "created"] as const).map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{card.stats[name]}</dd>
            </div>
          ))}
        </dl>
      );
    case "plan":
      return (
        <div className="card">
          <div className="card-title">{card.title}</div>
          <ul className="card-list">
            {card.changes.map((change, index) => (
              <li key={index}>
                <span>{change.title}</span> <em>{change.change}</em>
              </li>
            ))}
          </ul>
          {card.total > card.changes.length && (
            <div className="card-foot">{t("chat.total", { shown: card.changes.length, total: card.total })}</div>
          )}
        </div>
      );
    case "help":
      return <Examples title={card.title} examples={card.examples} />;
    default:
      return null;
  }
}

/** Sentences to try: pressing one says it. */
export function Examples({ title, examples }: { title?: string; examples: string[] }) {
  const { say } = useApp();
  return (
    <div className="examples">
      {title && <div className="card-title">{title}</div>}
      {examples.map((example) => (
        <button key={example} type="button" onClick={() => say(example)}>
          {example}
        </button>
      ))}
    </div>
  );
}

function TaskLines({ tasks, bare = false }: { tasks: Task[]; bare?: boolean }) {
  const { user } = useApp();
  const now = new Date();
  return (
    <ul className={bare ? "card-list" : "card card-list"}>
      {tasks.map((task) => (
        <li key={task.id} className="card-task" data-done={task.status === "completed"}>
          <Checkbox size="xs" radius="xl" checked={task.status === "completed"} readOnly tabIndex={-1} aria-hidden="true" />
          <span className="card-task-title">{task.title}</span>
          <span className="card-task-due" data-overdue={isOverdue(task, user.timezone, now)}>
            {whenText({ at: task.dueAt, date: task.dueDate }, user.timezone, now)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function SeriesLines({ items }: { items: RecurringTask[] }) {
  const { t } = useTranslation();
  const { user } = useApp();
  return (
    <ul className="card card-list">
      {items.map((series) => (
        <li key={series.id} className="card-series">
          <div className="card-line">
            <Icon name="repeat" size={16} />
            <strong>{series.title}</strong>
          </div>
          <div className="card-foot">{series.rruleText}</div>
          {series.reminders.map((reminder, index) => (
            <div key={index} className="card-line card-foot">
              <Icon name="bell" size={13} />
              {reminderText(reminder, user.timezone, t)}
            </div>
          ))}
          {series.next.length > 0 && (
            <div className="card-foot">
              {t("series.next")}: {series.next.slice(0, 3).map((start) => startText(start, user.timezone)).join(" · ")}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
