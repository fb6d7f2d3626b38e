import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ApiError, type Http, type Query } from "../../api/http";
import type { Task, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { makeTask } from "../../test_data";
import { ToastProvider } from "../../ui/toasts";
import { useTaskActions } from "./use_tasks";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;

function Complete({ task }: { task: Task }) {
  const { complete } = useTaskActions();
  return <button onClick={() => complete.mutate({ task })}>go</button>;
}

/** A server that knows these tasks; what was sent to it is in `sent`. */
function show(task: Task, below: Task[] = []) {
  const sent: unknown[] = [];
  const http = {
    get: async (_path: string, query: Query) => ({ items: below.filter((one) => one.parentId === query["parentId"]), nextCursor: null }),
    post: async (path: string, body?: object) => {
      if (path === `/api/v1/tasks/${task.id}/complete` && below.length > 0)
        throw new ApiError(409, "open-subtasks", "It has open subtasks.");
      sent.push(["POST", path, ...(body ? [body] : [])]);
      return { ...task, status: "completed", version: task.version + 1 };
    },
    patch: async (path: string, body: object, version?: number) => {
      sent.push(["PATCH", path, body, version]);
      return task;
    },
  } as unknown as Http;
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <ToastProvider>
          <AppProvider value={{ http, user, setUser: vi.fn(), say: vi.fn() }}>
            <Complete task={task} />
          </AppProvider>
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}

// Issue 3: undo restores the values that were there before.
describe("undo of a completion", () => {
  it("makes a task what it was, which need not be pending", async () => {
    const task = makeTask({ status: "in-progress", version: 4 });
    const sent = show(task);
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toEqual(["PATCH", `/api/v1/tasks/${task.id}`, { status: "in-progress" }, 5]);
  });

  it("brings the subtasks back that were completed with it", async () => {
    const task = makeTask({ version: 4 });
    const child = makeTask({ parentId: task.id, status: "in-progress", subtasks: { total: 1, completed: 0 } });
    const grandchild = makeTask({ parentId: child.id });
    const sent = show(task, [child, grandchild]);
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    await userEvent.click(await screen.findByRole("button", { name: "Complete them too" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent).toHaveLength(3));
    expect(sent[0]).toEqual(["POST", `/api/v1/tasks/${task.id}/complete?subtasks=complete`]);
    expect(sent).toContainEqual(["PATCH", `/api/v1/tasks/${task.id}`, { status: "pending" }, 5]);
    expect(sent).toContainEqual([
      "POST",
      "/api/v1/tasks/bulk",
      {
        operations: [
          { op: "update", id: child.id, changes: { status: "in-progress" } },
          { op: "update", id: grandchild.id, changes: { status: "pending" } },
        ],
      },
    ]);
  });
});
