import { ActionIcon, Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ParsedSpan } from "../../api/types";
import { useApp } from "../../app_context";
import { startText } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import type { Segment } from "./spans";
import { chipIcons, type Reading } from "./use_reading";

/** Stands behind a field of the same font and padding, and marks what was understood. */
export function Highlights({ segments }: { segments: Segment[] }) {
  return (
    <>
      {segments.map((segment, index) =>
        segment.span ? (
          <mark key={index} data-kind={segment.span.kind}>
            {segment.text}
          </mark>
        ) : (
          <span key={index}>{segment.text}</span>
        ),
      )}
    </>
  );
}

/** What will happen, each part as a chip that can be taken off, and what else could be meant. */
export function Preview({ reading }: { reading: Reading }) {
  const { t } = useTranslation();
  const { user } = useApp();
  const { current, parts, text } = reading;
  if (!current) return null;
  const choices = current.alternatives.filter((other) => other.message && other.message !== text);
  return (
    <>
      <p>{current.question ?? current.summary}</p>
      {parts.length > 0 && (
        <ul className="chips">
          {parts.map((span) => (
            <li key={`${span.start}-${span.end}-${span.kind}`} className="chip" data-kind={span.kind}>
              <Icon name={chipIcons[span.kind] ?? "tag"} size={14} />
              {span.label}
              <ActionIcon
                size="xs"
                variant="transparent"
                color="gray"
                aria-label={t("add.remove", { text: wordsOf(text, span) })}
                onClick={() => reading.takeOff(span)}
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
            <Button key={label} size="compact-sm" variant="light" onClick={() => reading.edit(message ?? "")}>
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
  );
}

const wordsOf = (text: string, span: ParsedSpan) => Array.from(text).slice(span.start, span.end).join("");
