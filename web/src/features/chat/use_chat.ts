import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, type Http } from "../../api/http";
import type { Action, ChatReply, Conversation, Message } from "../../api/types";
import type { TextSpan } from "../reading/spans";

interface MessagePage {
  items: Message[];
  nextCursor: string | null;
}
type Pages = InfiniteData<MessagePage, string>;

/** A message on the screen; one that is still on its way has no sequence yet. */
export type ShownMessage = Pick<Message, "id" | "role" | "text" | "cards" | "actions" | "undoId"> & {
  state: "said" | "sending" | "failed";
  /** Of one that did not arrive: sends it again. */
  again?: () => void;
};
interface Turn {
  text: string;
  ignored: TextSpan[];
  /** Of the request, so that it is done once however often it is sent. */
  key: string;
}

const keyOf = (conversation: string | null) => ["messages", conversation];

/** Puts a message that the stream or a reply brought where it belongs, once. */
export function addMessage(pages: Pages | undefined, message: Message): Pages | undefined {
  if (!pages) return pages;
  const known = pages.pages.some((page) => page.items.some((item) => item.id === message.id));
  const [first, ...rest] = pages.pages;
  if (known || !first) return pages;
  const items = [...first.items, message].sort((a, b) => a.sequence - b.sequence);
  return { ...pages, pages: [{ ...first, items }, ...rest] };
}

export interface Chat {
  messages: ShownMessage[];
  loading: boolean;
  busy: boolean;
  hasEarlier: boolean;
  loadEarlier: () => void;
  /** `ignored` are pieces of the text that are not to be read, in code points. */
  say: (text: string, ignored?: TextSpan[]) => void;
  press: (action: Action) => Promise<void>;
  startAnew: () => void;
}

/** The conversation last used, or a new one. */
export function useChat(http: Http, timezone: string): Chat {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const [outgoing, setOutgoing] = useState<ShownMessage[]>([]);

  const latest = useQuery({
    queryKey: ["conversations", "latest"],
    queryFn: () => http.get<{ items: Conversation[] }>("/api/v1/conversations", { limit: 1 }),
  });
  const conversation = chosen === undefined ? (latest.data?.items[0]?.id ?? null) : chosen;

  const history = useInfiniteQuery({
    queryKey: keyOf(conversation),
    enabled: conversation !== null,
    queryFn: ({ pageParam }) =>
      http.get<MessagePage>(`/api/v1/conversations/${conversation}/messages`, { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

  const turn = useMutation({
    mutationFn: ({ text, ignored, key }: Turn) =>
      http.post<ChatReply>(
        "/api/v1/chat",
        {
          message: text,
          timezone,
          ...(conversation ? { conversationId: conversation } : {}),
          ...(ignored.length > 0 ? { ignore: ignored } : {}),
        },
        key,
      ),
    // What failed before stays, so that it can be sent again.
    onMutate: ({ text, key }) =>
      setOutgoing((sent) => [
        ...sent.filter((message) => message.again && message.id !== key),
        { id: key, role: "user", text, cards: [], actions: [], undoId: null, state: "sending" },
      ]),
    onSuccess: async (reply, { key }) => {
      setChosen(reply.conversationId);
      await queries.invalidateQueries({ queryKey: keyOf(reply.conversationId) });
      setOutgoing((sent) => sent.filter((message) => message.again && message.id !== key));
      if (reply.effects.length > 0) await Promise.all(["tasks", "labels", "recurring", "reminders"].map((name) => queries.invalidateQueries({ queryKey: [name] })));
    },
    onError: (error, asked) => {
      const lost = !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
      setOutgoing((sent) => [
        ...sent.map((message) =>
          message.id === asked.key ? { ...message, state: "failed" as const, ...(lost ? { again: () => turn.mutate(asked) } : {}) } : message,
        ),
        { id: crypto.randomUUID(), role: "assistant", text: error.message, cards: [], actions: [], undoId: null, state: "failed" },
      ]);
    },
  });

  // The first page holds the newest messages, each page oldest first.
  const said = [...(history.data?.pages ?? [])].reverse().flatMap((page) => page.items);
  const known = new Set(said.map((message) => message.id));
  // With pieces left out the text goes as it was typed, so that they stay where they are.
  const say = (text: string, ignored: TextSpan[] = []) => {
    if (text.trim() !== "" && !turn.isPending) turn.mutate({ text: ignored.length > 0 ? text : text.trim(), ignored, key: crypto.randomUUID() });
  };
  return {
    messages: [
      ...said.map((message) => ({ ...message, state: "said" as const })),
      // The stream may bring the question before the reply is there.
      ...outgoing.filter((message) => !known.has(message.id) && !(message.state === "sending" && arrived(said, message))),
    ],
    loading: latest.isPending || (conversation !== null && history.isPending),
    busy: turn.isPending,
    hasEarlier: history.hasNextPage,
    loadEarlier: () => void history.fetchNextPage(),
    say,
    press: async (action) => {
      if (action.message) return say(action.message);
      if (!action.request) return;
      const { method, path, body } = action.request;
      if (method === "DELETE") await http.delete(path);
      else if (method === "PATCH") await http.patch(path, body ?? {});
      else await http.post(path, body ?? undefined);
    },
    startAnew: () => {
      setOutgoing([]);
      setChosen(null);
    },
  };
}

/** Whether the last thing said is this message already. */
function arrived(said: Message[], message: ShownMessage): boolean {
  const last = said.filter((one) => one.role === "user").at(-1);
  return last !== undefined && last.text === message.text && said.indexOf(last) >= said.length - 2;
}
