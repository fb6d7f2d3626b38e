import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Http } from "../../api/http";
import type { ParseResult, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { makeTask } from "../../test_data";
import { QuickAdd } from "./QuickAdd";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;
const text = "read Friday Night Lights tomorrow";

function reading(ignoresFriday: boolean): ParseResult {
  const tomorrow = { start: 25, end: 33, kind: "due" as const, label: "Tomorrow" };
  const friday = { start: 5, end: 11, kind: "due" as const, label: "Friday" };
  return {
    text,
    intent: "create_task",
    summary: "Add a task",
    title: "Read",
    confidence: 0.9,
    spans: ignoresFriday ? [tomorrow] : [friday, tomorrow],
    task: { title: ignoresFriday ? "Read Friday Night Lights" : "Read Night Lights", dueDate: "2026-03-05" },
    recurring: null,
    next: [],
    question: null,
    alternatives: [],
    notes: [],
  };
}

function show(parse: (body: { text: string; ignore?: unknown[] }) => ParseResult, before: () => Promise<void> = async () => undefined) {
  const say = vi.fn();
  const posted: [string, unknown][] = [];
  const post = async (path: string, body: unknown) => {
    if (path === "/api/v1/parse") return parse(body as { text: string });
    await before();
    posted.push([path, body]);
    return makeTask();
  };
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <AppProvider value={{ http: { post } as unknown as Http, user, setUser: vi.fn(), say }}>
          <QuickAdd />
        </AppProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { posted, say, input: screen.getByRole("textbox") };
}

describe("QuickAdd", () => {
  it("adds what the preview shows, without the chip that was taken off", async () => {
    const { posted, input } = show((body) => reading((body.ignore?.length ?? 0) > 0));
    await userEvent.type(input, text);
    await userEvent.click(await screen.findByRole("button", { name: "Keep “Friday” in the title" }));
    await waitFor(() => expect(screen.queryByText("Friday", { selector: "li" })).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]).toEqual(["/api/v1/tasks", { title: "Read Friday Night Lights", dueDate: "2026-03-05" }]);
    expect((input as HTMLInputElement).value).toBe("");
  });

  it("offers other readings, each as the text that says it", async () => {
    const nine = { ...reading(true), text: "call Bob at 9", alternatives: [{ label: "Add “Call Bob”, due today at 9 pm", confidence: 0.4, message: "call Bob at 9 pm" }] };
    const { input } = show((body) => (body.text === "call Bob at 9" ? nine : { ...reading(true), text: body.text, alternatives: [] }));
    await userEvent.type(input, "call Bob at 9");
    await userEvent.click(await screen.findByRole("button", { name: "Add “Call Bob”, due today at 9 pm" }));
    expect((input as HTMLInputElement).value).toBe("call Bob at 9 pm");
    await waitFor(() => expect(screen.queryByText("Or:")).toBeNull());
  });

  it("hands everything else to the chat", async () => {
    const { posted, say, input } = show(() => ({ ...reading(true), intent: "list", task: null, spans: [] }));
    await userEvent.type(input, "what's due?{Enter}");
    await waitFor(() => expect(say).toHaveBeenCalledWith("what's due?"));
    expect(posted).toEqual([]);
  });

  it("leaves what one goes on typing while the last entry is sent", async () => {
    const answers: (() => void)[] = [];
    const { posted, input } = show(() => { throw new Error("away"); }, () => new Promise<void>((answer) => answers.push(answer)));
    await userEvent.type(input, "First{Enter}");
    await userEvent.type(input, "Second");
    await waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.();
    await waitFor(() => expect(posted).toEqual([["/api/v1/tasks", { title: "First" }]]));
    expect((input as HTMLInputElement).value).toBe("Second");
  });

  it("gives the text back when it was not taken", async () => {
    const { input } = show(() => { throw new Error("away"); }, () => Promise.reject(new Error("no")));
    await userEvent.type(input, "First{Enter}");
    await waitFor(() => expect((input as HTMLInputElement).value).toBe("First"));
  });

  it("adds the text as it is when nothing could read it", async () => {
    const { posted, input } = show(() => {
      throw new Error("away");
    });
    await userEvent.type(input, "Buy milk{Enter}");
    await waitFor(() => expect(posted).toEqual([["/api/v1/tasks", { title: "Buy milk" }]]));
  });
});
