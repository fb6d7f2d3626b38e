import { describe, expect, it } from "vitest";
import type { Message } from "../../api/types";
import { addMessage } from "./use_chat";

const message = (sequence: number): Message => ({
  id: `m${sequence}`,
  conversationId: "c",
  sequence,
  role: "assistant",
  text: "",
  cards: [],
  actions: [],
  effects: [],
  undoId: null,
  createdAt: "2026-03-04T09:00:00Z",
});
const pages = (...sequences: number[]) => ({
  pages: [{ items: sequences.map(message), nextCursor: null }],
  pageParams: [""],
});
const sequences = (result: ReturnType<typeof addMessage>) => result?.pages[0]?.items.map((item) => item.sequence);

describe("addMessage", () => {
  it("puts a message where its sequence belongs, whatever the order of arrival", () => {
    expect(sequences(addMessage(pages(1, 2, 4), message(3)))).toEqual([1, 2, 3, 4]);
  });
  it("takes a message once", () => {
    const before = pages(1, 2);
    expect(addMessage(before, message(2))).toBe(before);
  });
});
