import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { describe, expect, it, vi } from "vitest";
import type { Http } from "../../api/http";
import type { ParseResult, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { Composer } from "./Composer";
import type { Chat } from "./use_chat";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;
const text = "read Friday Night Lights tomorrow";

function reading(said: string, ignoresFriday: boolean): ParseResult {
  const tomorrow = { start: 25, end: 33, kind: "due" as const, label: "Tomorrow" };
  const friday = { start: 5, end: 11, kind: "due" as const, label: "Friday" };
  return {
    text: said,
    intent: said === text ? "create_task" : "none",
    summary: said === text ? "Add a task" : "",
    title: "Read",
    confidence: 0.9,
    spans: said !== text ? [] : ignoresFriday ? [tomorrow] : [friday, tomorrow],
    task: said === text ? { title: "Read" } : null,
    recurring: null,
    next: [],
    question: null,
    alternatives: [],
    notes: [],
  } as ParseResult;
}

function show() {
  const say = vi.fn();
  const post = async (_path: string, body: unknown) => {
    const { text: said, ignore } = body as { text: string; ignore?: unknown[] };
    return reading(said, (ignore?.length ?? 0) > 0);
  };
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <AppProvider value={{ http: { post } as unknown as Http, user, setUser: vi.fn(), say: vi.fn() }}>
          <Composer chat={{ say, busy: false } as unknown as Chat} input={createRef<HTMLTextAreaElement>()} />
        </AppProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { say, input: screen.getByRole("textbox") };
}

describe("Composer", () => {
  it("marks what it understands while one types, and sends what was taken off along", async () => {
    const { say, input } = show();
    await userEvent.type(input, text);
    await userEvent.click(await screen.findByRole("button", { name: "Keep “Friday” in the title" }));
    await waitFor(() => expect(screen.queryByText("Friday", { selector: "li" })).toBeNull());
    await waitFor(() => expect(screen.getByText("tomorrow", { selector: "mark" })).toBeTruthy());
    await userEvent.type(input, "{Enter}");
    expect(say).toHaveBeenCalledWith(text, [{ start: 5, end: 11 }]);
    expect((input as HTMLTextAreaElement).value).toBe("");
    expect(screen.getByRole("status").textContent).toBe("");
  });

  it("shows nothing for small talk, and sends it as it is", async () => {
    const { say, input } = show();
    await userEvent.type(input, "thanks{Enter}");
    expect(say).toHaveBeenCalledWith("thanks", []);
    expect(screen.getByRole("status").textContent).toBe("");
  });
});
