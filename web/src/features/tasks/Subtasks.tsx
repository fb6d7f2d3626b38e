import { Checkbox, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Task, TaskPage } from "../../api/types";
import { useApp } from "../../app_context";
import { useToast } from "../../ui/toasts";
import { useTaskActions } from "./use_tasks";

/** The steps below a task, with how far they are, and a line to add one. */
export function Subtasks({ parent }: { parent: Task }) {
  const { t } = useTranslation();
  const { http } = useApp();
  const queries = useQueryClient();
  const actions = useTaskActions();
  const toast = useToast();
  const [title, setTitle] = useState("");
  const list = useQuery({
    queryKey: ["tasks", "below", parent.id],
    queryFn: () => http.get<TaskPage>("/api/v1/tasks", { parentId: parent.id, sort: "created", limit: 100 }),
  });
  const items = list.data?.items ?? [];

  async function add() {
    if (title.trim() === "") return;
    try {
      await http.post("/api/v1/tasks", { title: title.trim(), parentId: parent.id });
      setTitle("");
      await queries.invalidateQueries({ queryKey: ["tasks"] });
    } catch (error) {
      toast({ message: error instanceof Error ? error.message : t("error.title"), tone: "error" });
    }
  }

  return (
    <div role="group" aria-labelledby="editor-subtasks">
      <div className="field-label" id="editor-subtasks">
        {t("task.subtasks")}
        {items.length > 0 && (
          <span className="dim">
            {" · "}
            {t("task.progress", { done: items.filter((task) => task.status === "completed").length, total: items.length })}
          </span>
        )}
      </div>
      <ul className="subtasks">
        {items.map((task) => (
          <li key={task.id}>
            <Checkbox
              radius="xl"
              label={task.title}
              checked={task.status === "completed"}
              onChange={() => (task.status === "completed" ? actions.reopen.mutate(task) : actions.complete.mutate({ task }))}
            />
          </li>
        ))}
      </ul>
      <TextInput
        aria-label={t("task.addSubtask")}
        placeholder={t("task.addSubtask")}
        maxLength={500}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          // Enter adds the step; it does not save the form around it.
          event.preventDefault();
          void add();
        }}
      />
    </div>
  );
}
