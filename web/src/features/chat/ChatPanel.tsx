import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import { LoadingList } from "../../ui/states";
import { useToast } from "../../ui/toasts";
import { CardView, Examples } from "./Cards";
import { Composer } from "./Composer";
import type { Chat, ShownMessage } from "./use_chat";

export function ChatPanel({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const log = useRef<HTMLDivElement>(null);
  const last = chat.messages.at(-1);
  const input = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [last?.id, chat.busy, chat.loading]);
  // After a turn the next one can be typed at once; at the start nothing takes the focus.
  const spoke = useRef(false);
  useEffect(() => {
    if (chat.busy) spoke.current = true;
    else if (spoke.current && document.activeElement === document.body) input.current?.focus({ preventScroll: true });
  }, [chat.busy]);

  return (
    <section className="chat" aria-labelledby="chat-heading">
      <header className="chat-head">
        <h2 id="chat-heading">{t("chat.title")}</h2>
        <Tooltip label={t("chat.new")}>
          <ActionIcon variant="subtle" color="gray" aria-label={t("chat.new")} onClick={chat.startAnew}>
            <Icon name="plus" />
          </ActionIcon>
        </Tooltip>
      </header>
      <div className="chat-log" ref={log} role="log" aria-label={t("chat.log")} aria-live="polite" tabIndex={0}>
        {chat.hasEarlier && (
          <Button size="compact-sm" variant="subtle" mx="auto" onClick={chat.loadEarlier}>
            {t("chat.earlier")}
          </Button>
        )}
        {chat.loading && <LoadingList rows={2} />}
        {!chat.loading && chat.messages.length === 0 && (
          <div className="chat-empty">
            <p className="chat-empty-title">{t("chat.empty")}</p>
            <p>{t("chat.emptyHint")}</p>
            <Examples examples={t("chat.examples", { returnObjects: true }) as unknown as string[]} />
          </div>
        )}
        {chat.messages.map((message) => (
          <MessageView key={message.id} message={message} chat={chat} isLast={message === last} />
        ))}
        {chat.busy && (
          <div className="typing" role="status" aria-label={t("chat.thinking")}>
            <i />
            <i />
            <i />
          </div>
        )}
      </div>
      <Composer chat={chat} input={input} />
    </section>
  );
}

function MessageView({ message, chat, isLast }: { message: ShownMessage; chat: Chat; isLast: boolean }) {
  const { t } = useTranslation();
  const toast = useToast();
  const mine = message.role === "user";
  return (
    <article className="message" data-role={message.role} data-state={message.state} aria-label={mine ? t("chat.you") : t("chat.bot")}>
      {message.text && <p className="bubble">{message.text}</p>}
      {message.again && (
        <Button size="compact-sm" variant="subtle" disabled={chat.busy} onClick={message.again}>
          {t("error.retry")}
        </Button>
      )}
      {message.cards.map((card, index) => (
        <CardView key={index} card={card} />
      ))}
      {!mine && (message.actions.length > 0 || (isLast && message.undoId)) && (
        <div className="message-actions">
          {message.actions.map((action) => (
            <Button
              key={action.label}
              size="compact-sm"
              variant={action.style === "primary" ? "filled" : "light"}
              {...(action.style === "danger" ? { color: "red" } : {})}
              disabled={chat.busy}
              onClick={() => {
                chat.press(action).catch((error: Error) => toast({ message: error.message, tone: "error" }));
              }}
            >
              {action.label}
            </Button>
          ))}
          {isLast && message.undoId && !message.actions.some((action) => action.message === "undo") && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<Icon name="undo" size={14} />}
              disabled={chat.busy}
              onClick={() => chat.say("undo")}
            >
              {t("chat.undo")}
            </Button>
          )}
        </div>
      )}
    </article>
  );
}
