import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Http } from "../../api/http";
import { LiveStream, type LiveEvent, type StreamState } from "../../api/stream";
import type { Message, User } from "../../api/types";
import { addMessage } from "../chat/use_chat";

const kGather = 60;

/** What is to be loaded again after an event, by the first part of its type. */
const stale: Record<string, string[]> = {
  task: ["tasks", "labels", "reminders"],
  "recurring-task": ["recurring"],
  reminder: ["reminders", "tasks"],
  notification: ["notifications"],
};

interface Options {
  http: Http;
  onReminder: (event: LiveEvent) => void;
  onEvent: (event: LiveEvent) => void;
  onUser: (user: User) => void;
}

/** Keeps what is on the screen as the server has it: each event marks its lists as stale, once for a burst. */
export function useLive({ http, onReminder, onEvent, onUser }: Options): StreamState {
  const queries = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  const handlers = useRef({ onReminder, onEvent, onUser });
  handlers.current = { onReminder, onEvent, onUser };

  useEffect(() => {
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = (names: string[]) => {
      names.forEach((name) => waiting.add(name));
      timer ??= setTimeout(() => {
        timer = null;
        const now = [...waiting];
        waiting.clear();
        now.forEach((name) => void queries.invalidateQueries({ queryKey: [name] }));
      }, kGather);
    };
    const stream = new LiveStream({
      http,
      onState: setState,
      onResync: () => void queries.invalidateQueries(),
      onEvent: (event) => {
        refresh(stale[event.type.slice(0, event.type.indexOf("."))] ?? []);
        handlers.current.onEvent(event);
        if (event.type === "reminder.triggered") handlers.current.onReminder(event);
        if (event.type === "chat.message.created") {
          const message = event.data as unknown as Message;
          queries.setQueryData(["messages", message.conversationId], (pages: Parameters<typeof addMessage>[0]) => addMessage(pages, message));
          // The first message of a conversation that this screen does not know yet.
          if (message.sequence === 1) refresh(["conversations"]);
        }
        if (event.type === "user.updated") void http.get<User>("/api/v1/me").then((user) => handlers.current.onUser(user));
      },
    });
    stream.start();
    return () => {
      stream.stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [http, queries]);
  return state;
}
