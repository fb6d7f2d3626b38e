import { ActionIcon, Textarea } from "@mantine/core";
import { useId, useRef, type FormEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import { Highlights, Preview } from "../reading/Preview";
import { useReading } from "../reading/use_reading";
import type { Chat } from "./use_chat";

/** Where one writes to the chat, with what will happen above it while one types. */
export function Composer({ chat, input }: { chat: Chat; input: RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useTranslation();
  const id = useId();
  const backdrop = useRef<HTMLDivElement>(null);
  const reading = useReading();
  const empty = reading.text.trim() === "";
  // Of what makes nothing by itself ("the second one") the words alone say too little to show a guess.
  const shown = reading.current && (reading.parts.length > 0 || reading.current.task || reading.current.recurring);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (chat.busy || empty) return;
    chat.say(reading.text, reading.ignored);
    reading.clear();
  }

  return (
    <form className="chat-form" onSubmit={submit}>
      <div className="chat-preview" id={`${id}-preview`} role="status" aria-label={t("add.preview")}>
        {shown && <Preview reading={reading} />}
      </div>
      <div className="chat-line">
        <div className="chat-field">
          <div className="chat-backdrop" ref={backdrop} aria-hidden="true">
            <Highlights segments={reading.segments} />
          </div>
          <Textarea
            ref={input as RefObject<HTMLTextAreaElement>}
            className="chat-input"
            aria-label={t("chat.label")}
            aria-describedby={`${id}-preview`}
            placeholder={t("chat.placeholder")}
            autosize
            minRows={1}
            maxRows={6}
            maxLength={10_000}
            value={reading.text}
            onChange={(event) => reading.edit(event.currentTarget.value)}
            onScroll={(event) => {
              if (backdrop.current) backdrop.current.scrollTop = (event.target as HTMLTextAreaElement).scrollTop;
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault();
                submit();
              }
            }}
          />
        </div>
        <ActionIcon type="submit" size={38} radius="xl" aria-label={t("chat.send")} disabled={empty} loading={chat.busy}>
          <Icon name="send" />
        </ActionIcon>
      </div>
    </form>
  );
}
