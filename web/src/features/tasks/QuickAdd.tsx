import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/http";
import type { ParseResult, RecurringTask, Task } from "../../api/types";
import { useApp } from "../../app_context";
import { Icon } from "../../ui/Icon";
import { useToast } from "../../ui/toasts";
import { Highlights, Preview } from "../reading/Preview";
import { useReading } from "../reading/use_reading";
import { useTaskActions } from "./use_tasks";

/** The line that takes a task the way one would say it, and shows under it what will happen. */
export function QuickAdd() {
  const { t } = useTranslation();
  const { http, say } = useApp();
  const toast = useToast();
  const queries = useQueryClient();
  const actions = useTaskActions();
  const id = useId();
  const backdrop = useRef<HTMLDivElement>(null);
  const reading = useReading();
  const [sending, setSending] = useState(false);
  const busy = useRef(false);
  const { current, text } = reading;
  const acts = current !== undefined && current.task === null && current.recurring === null && current.intent !== "none";

  async function submit(event: FormEvent) {
    event.preventDefault();
    const said = text.trim();
    if (said === "" || busy.current) return;
    busy.current = true;
    setSending(true);
    const meaning = reading.readNow();
    // One goes on typing while this is on its way.
    reading.clear();
    try {
      await carryOut(await meaning, said);
    } catch (error) {
      reading.giveBack(text);
      toast({ message: error instanceof ApiError ? error.message : t("error.title"), tone: "error" });
    } finally {
      busy.current = false;
      setSending(false);
    }
  }

  async function carryOut(result: ParseResult | null, said: string) {
    if (result?.recurring) {
      const series = await http.post<RecurringTask>("/api/v1/recurring", result.recurring);
      toast({ message: t("task.addedSeries", { title: series.title, rule: series.rruleText }) });
      await queries.invalidateQueries({ queryKey: ["recurring"] });
      return actions.refresh();
    }
    if (result && result.task === null && result.intent !== "none") return say(said);
    const task = await http.post<Task>("/api/v1/tasks", result?.task ?? { title: said });
    toast({
      message: t("task.added", { title: task.title }),
      actions: [{ label: t("task.undo"), run: () => actions.remove.mutate(task) }],
    });
    return actions.refresh();
  }

  return (
    <form className="quick" onSubmit={(event) => void submit(event)}>
      <div className="quick-line">
        <span className="quick-icon">
          <Icon name={acts ? "sparkle" : "plus"} />
        </span>
        <div className="quick-field">
          <div className="quick-backdrop" ref={backdrop} aria-hidden="true">
            <Highlights segments={reading.segments} />
          </div>
          <input
            className="quick-input"
            aria-label={t("add.label")}
            aria-describedby={`${id}-preview`}
            placeholder={t("add.placeholder")}
            value={text}
            maxLength={10_000}
            autoComplete="off"
            spellCheck={false}
            enterKeyHint="done"
            onChange={(event) => reading.edit(event.currentTarget.value)}
            onScroll={(event) => {
              if (backdrop.current) backdrop.current.scrollLeft = event.currentTarget.scrollLeft;
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape") reading.edit("");
            }}
          />
        </div>
        <Button type="submit" size="sm" loading={sending} disabled={text.trim() === ""}>
          {acts ? t("add.send") : t("add.submit")}
        </Button>
      </div>
      <div className="quick-preview" id={`${id}-preview`} role="status" aria-label={t("add.preview")}>
        <Preview reading={reading} />
      </div>
    </form>
  );
}
