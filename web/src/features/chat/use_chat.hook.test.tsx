import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { ApiError, type Http } from "../../api/http";
import { useChat } from "./use_chat";

it("sends again what did not arrive, as the same request", async () => {
  const post = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(0, "offline", "Daybook cannot be reached."))
    .mockResolvedValue({ conversationId: "c", effects: [] });
  const http = { get: async () => ({ items: [], nextCursor: null }), post } as unknown as Http;
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useChat(http, "UTC"), { wrapper });
  act(() => result.current.say("buy milk"));
  await waitFor(() => expect(result.current.messages.map(({ text, state }) => [text, state])).toEqual([["buy milk", "failed"], ["Daybook cannot be reached.", "failed"]]));
  act(() => result.current.messages[0]?.again?.());
  await waitFor(() => expect(post).toHaveBeenCalledTimes(2));
  expect(post.mock.calls[1]).toEqual(post.mock.calls[0]);
  expect(post.mock.calls[0]?.[2]).toMatch(/^[0-9a-f-]{36}$/);
  await waitFor(() => expect(result.current.messages).toEqual([]));
});
