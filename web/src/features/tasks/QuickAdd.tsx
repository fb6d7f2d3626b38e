import { ActionIcon, Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Http } from "../../api/http";
import type { ParseResult, ParsedSpan, RecurringTask, Task } from "../../api/types";
import { useApp } from "../../app_context";
import { dayText, dateIn, whenText } from "../../lib/time";
import { Icon, type IconName } from "../../ui/Icon";
import { useToast } from "../../ui/toasts";
import { keepIgnored, segmentsOf, type TextSpan } from "./preview";
import { useTaskActions } from "./use_tasks";

const kDelay = 120;

const icons: Partial<Record<ParsedSpan["kind"], IconName>> = {
  due: "calendar",
  start: "calendar",
  duration: "clock",
  recurrence: "repeat",
  reminder: "bell",
  priority: "flag",
  tag: "tag",
  category: "folder",
};

const ask = (http: Http, text: string, ignore: TextSpan[], timezone: string) =>
  http.post<ParseResult>("/api/v1/parse", { text, timezone, ...(ignore.length > 0 ? { ignore } : {}) });

/** The line that takes a task the way one would say it, and shows under it what will happen. */
export function QuickAdd() {
  const { t } = useTranslation();
  const { http, user, say } = useApp();
  const toast = useToast();
  const queries = useQueryClient();
  const actions = useTaskActions();
  const id = useId();
  const backdrop = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [ignored, setIgnored] = useState<TextSpan[]>([]);
  const [sending, setSending] = useState(false);
  const [asked] = useDebouncedValue(text, kDelay);

  const reading = useQuery({
    queryKey: ["parse", asked, ignored, user.timezone],
    queryFn: () => ask(http, asked, ignored, user.timezone),
    enabled: asked.trim() !== "",
    gcTime: 60_000,
    retry: false,
  });
  const current = asked === text && text.trim() !== "" ? reading.data : undefined;
  // What became a part of the task; verbs and targets are said by the summary.
  const parts = (current?.spans ?? []).filter((span) => icons[span.kind]).sort((a, b) => a.start - b.start);
  const segments = segmentsOf(text, parts);
  const choices = (current?.alternatives ?? []).filter((other) => other.message && other.message !== text);
  const acts = current !== undefined && current.task === null && current.recurring === null && current.intent !== "none";

  function edit(next: string) {
    setIgnored((spans) => keepIgnored(spans, text, next));
    setText(next);
  }
  const takeOff = (span: ParsedSpan) => setIgnored((spans) => [...spans, { start: span.start, end: span.end }]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const said = text.trim();
    if (said === "" || sending) return;
    setSending(true);
    try {
      await carryOut(current ?? (await ask(http, text, ignored, user.timezone).catch(() => null)), said);
      setText("");
      setIgnored([]);
    } catch (error) {
      toast({ message: error instanceof ApiError ? error.message : t("error.title"), tone: "error" });
    } finally {
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
            {segments.map((segment, index) =>
              segment.span ? (
                <mark key={index} data-kind={segment.span.kind}>
                  {segment.text}
                </mark>
              ) : (
                <span key={index}>{segment.text}</span>
              ),
            )}
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
            onChange={(event) => edit(event.currentTarget.value)}
            onScroll={(event) => {
              if (backdrop.current) backdrop.current.scrollLeft = event.currentTarget.scrollLeft;
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape") edit("");
            }}
          />
        </div>
        <Button type="submit" size="sm" loading={sending} disabled={text.trim() === ""}>
          {acts ? t("add.send") : t("add.submit")}
        </Button>
      </div>
      <div className="quick-preview" id={`${id}-preview`} role="status" aria-label={t("add.preview")}>
        {current && (
          <>
            {current.question ? <p>{current.question}</p> : <p>{current.summary}</p>}
            {parts.length > 0 && (
              <ul className="chips">
                {parts.map((span) => (
                  <li key={`${span.start}-${span.end}-${span.kind}`} className="chip" data-kind={span.kind}>
                    <Icon name={icons[span.kind] ?? "tag"} size={14} />
                    {span.label}
                    <ActionIcon
                      size="xs"
                      variant="transparent"
                      color="gray"
                      aria-label={t("add.remove", { text: wordsOf(text, span) })}
                      onClick={() => takeOff(span)}
                    >
                      <Icon name="close" size={12} />
                    </ActionIcon>
                  </li>
                ))}
              </ul>
            )}
            {choices.length > 0 && (
              <div className="quick-choices" role="group" aria-label={t("add.choices")}>
                {!current.question && <span>{t("add.or")}</span>}
                {choices.map(({ label, message }) => (
                  <Button key={label} size="compact-sm" variant="light" onClick={() => edit(message ?? "")}>
                    {label}
                  </Button>
                ))}
              </div>
            )}
            {current.next.length > 0 && (
              <p className="quick-next">
                {t("add.next")}: {current.next.slice(0, 3).map((start) => startText(start, user.timezone)).join(" · ")}
              </p>
            )}
            {current.notes.map((note) => (
              <p key={note} className="quick-note">
                {note}
              </p>
            ))}
          </>
        )}
      </div>
    </form>
  );
}

const wordsOf = (text: string, span: ParsedSpan) => Array.from(text).slice(span.start, span.end).join("");

/** A start of a recurring task: a date, or an instant. */
export function startText(start: string, zone: string): string {
  const now = new Date();
  return start.includes("T") ? whenText({ at: start, date: null }, zone, now) : dayText(start, dateIn(now, zone));
}
