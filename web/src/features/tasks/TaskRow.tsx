import { ActionIcon, Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Task } from "../../api/types";
import { whenText } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { isOverdue } from "./groups";

interface Props {
  task: Task;
  depth: number;
  zone: string;
  now: Date;
  onToggle: (task: Task) => void;
  onEdit: (task: Task) => void;
  onDelete: (task: Task) => void;
}

export function TaskRow({ task, depth, zone, now, onToggle, onEdit, onDelete }: Props) {
  const { t } = useTranslation();
  const done = task.status === "completed";
  const due = whenText({ at: task.dueAt, date: task.dueDate }, zone, now);
  const reminds = task.reminders.some((reminder) => ["pending", "snoozed"].includes(reminder.state));
  return (
    <li className="task" data-done={done} data-priority={task.priority} style={{ marginInlineStart: depth * 28 }}>
      <Checkbox
        id={`check-${task.id}`}
        className="task-check"
        radius="xl"
        checked={done}
        onChange={() => onToggle(task)}
        aria-label={t(done ? "task.reopen" : "task.complete", { title: task.title })}
      />
      <button type="button" className="task-body" onClick={() => onEdit(task)} aria-label={t("task.edit", { title: task.title })}>
        <span className="task-title">{task.title}</span>
        <span className="task-meta">
          {due && (
            <span className="meta-due" data-overdue={isOverdue(task, zone, now)}>
              <Icon name={task.dueAt ? "clock" : "calendar"} size={14} />
              {due}
            </span>
          )}
          {task.priority !== "none" && (
            <span className="meta-priority" data-priority={task.priority}>
              <Icon name="flag" size={14} />
              {t(`task.priorities.${task.priority}`)}
            </span>
          )}
          {task.subtasks && task.subtasks.total > 0 && (
            <span title={t("task.progress", { done: task.subtasks.completed, total: task.subtasks.total })}>
              <Icon name="tasks" size={14} />
              {task.subtasks.completed}/{task.subtasks.total}
            </span>
          )}
          {task.seriesId && (
            <span title={t("task.repeats")}>
              <Icon name="repeat" size={14} />
            </span>
          )}
          {reminds && (
            <span title={t("task.reminds")}>
              <Icon name="bell" size={14} />
            </span>
          )}
          {task.category && (
            <span>
              <Icon name="folder" size={14} />
              {task.category}
            </span>
          )}
          {task.tags.map((tag) => (
            <span key={tag} className="meta-tag">
              #{tag}
            </span>
          ))}
        </span>
      </button>
      <ActionIcon
        className="task-delete"
        variant="subtle"
        color="gray"
        aria-label={`${t("task.delete")} “${task.title}”`}
        onClick={() => onDelete(task)}
      >
        <Icon name="trash" />
      </ActionIcon>
    </li>
  );
}
