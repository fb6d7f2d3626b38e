import type { ParsedSpan } from "../../api/types";

/** A piece of the text under the cursor: plain, or one that was understood. */
export interface Segment {
  text: string;
  span: ParsedSpan | null;
}
export interface TextSpan {
  start: number;
  end: number;
}

/** Cuts `text` at the spans, which count code points. Spans that overlap an earlier one are left out. */
export function segmentsOf(text: string, spans: ParsedSpan[]): Segment[] {
  const points = Array.from(text);
  const segments: Segment[] = [];
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at || span.end > points.length || span.end <= span.start) continue;
    if (span.start > at) segments.push({ text: points.slice(at, span.start).join(""), span: null });
    segments.push({ text: points.slice(span.start, span.end).join(""), span });
    at = span.end;
  }
  if (at < points.length) segments.push({ text: points.slice(at).join(""), span: null });
  return segments;
}

/** The spans taken off that still stand where they stood once `before` has become `after`. */
export function keepIgnored(ignored: TextSpan[], before: string, after: string): TextSpan[] {
  const from = Array.from(before);
  const to = Array.from(after);
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail += 1;
  const shift = to.length - from.length;
  return ignored.flatMap((span) => {
    if (span.end <= head) return [span];
    if (span.start >= from.length - tail) return [{ start: span.start + shift, end: span.end + shift }];
    return [];
  });
}
