import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Http } from "../../api/http";
import type { ParseResult, ParsedSpan } from "../../api/types";
import { useApp } from "../../app_context";
import type { IconName } from "../../ui/Icon";
import { keepIgnored, segmentsOf, type Segment, type TextSpan } from "./spans";

const kDelay = 120;

/** The kinds of spans that become a part of a task; verbs and targets are said by the summary. */
export const chipIcons: Partial<Record<ParsedSpan["kind"], IconName>> = {
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

/** A text that is being typed, and what it would do. */
export interface Reading {
  text: string;
  /** Spans of the text that were taken off, in code points. */
  ignored: TextSpan[];
  /** What the text means; undefined while nothing current is known. */
  current: ParseResult | undefined;
  /** What became a part of the task, in the order of the text. */
  parts: ParsedSpan[];
  segments: Segment[];
  edit: (next: string) => void;
  takeOff: (span: ParsedSpan) => void;
  clear: () => void;
  /** Puts a text that was not taken back, unless another one is there by now. */
  giveBack: (text: string) => void;
  /** Reads the text as it stands now, or gives null when nobody can. */
  readNow: () => Promise<ParseResult | null>;
}

export function useReading(): Reading {
  const { http, user } = useApp();
  const [text, setText] = useState("");
  const [ignored, setIgnored] = useState<TextSpan[]>([]);
  const [asked] = useDebouncedValue(text, kDelay);
  const answer = useQuery({
    queryKey: ["parse", asked, ignored, user.timezone],
    queryFn: () => ask(http, asked, ignored, user.timezone),
    enabled: asked.trim() !== "",
    gcTime: 60_000,
    retry: false,
  });
  const current = asked === text && text.trim() !== "" ? answer.data : undefined;
  const parts = (current?.spans ?? []).filter((span) => chipIcons[span.kind]).sort((a, b) => a.start - b.start);
  return {
    text,
    ignored,
    current,
    parts,
    segments: segmentsOf(text, parts),
    edit: (next) => {
      setIgnored((spans) => keepIgnored(spans, text, next));
      setText(next);
    },
    takeOff: (span) => setIgnored((spans) => [...spans, { start: span.start, end: span.end }]),
    clear: () => {
      setText("");
      setIgnored([]);
    },
    giveBack: (former) => setText((now) => (now === "" ? former : now)),
    readNow: async () => current ?? (await ask(http, text, ignored, user.timezone).catch(() => null)),
  };
}
