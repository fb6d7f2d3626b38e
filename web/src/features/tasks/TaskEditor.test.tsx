import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ApiError, type Http } from "../../api/http";
import type { Task, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { makeTask } from "../../test_data";
import { ToastProvider } from "../../ui/toasts";
import TaskEditor from "./TaskEditor";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;

function show(task: Task, patch: Http["patch"], fresh: Task = task, post: Http["post"] = vi.fn()) {
  const get = async (path: string) => (path.endsWith(task.id) ? fresh : { items: [], nextCursor: null });
  const onClose = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ToastProvider>
          <AppProvider value={{ http: { get, patch, post } as unknown as Http, user, setUser: vi.fn(), say: vi.fn() }}>
            <TaskEditor task={task} onClose={onClose} />
          </AppProvider>
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return onClose;
}
const value = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).value;

describe("TaskEditor", () => {
  it("keeps what was typed when the task was changed elsewhere meanwhile", async () => {
    const task = makeTask({ title: "Report", tags: ["work", "old"], version: 1 });
    const fresh = { ...task, title: "Report for Ann", tags: ["work", "old", "ann"], dueDate: "2026-03-09", version: 2 };
    const patch = vi.fn().mockRejectedValueOnce(new ApiError(412, "version-mismatch", "Changed.")).mockResolvedValue(fresh);
    const onClose = show(task, patch as unknown as Http["patch"], fresh);
    await userEvent.type(await screen.findByLabelText("Notes"), "Long notes");
    fireEvent.change(screen.getByLabelText("Tags"), { target: { value: "work new" } });
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText(/changed elsewhere/);
    expect(value("Notes")).toBe("Long notes");
    expect(value("Title")).toBe("Report for Ann");
    expect(value("Due")).toBe("2026-03-09");
    expect(value("Tags")).toBe("work ann new");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(patch).toHaveBeenLastCalledWith(`/api/v1/tasks/${task.id}`, { description: "Long notes", tags: ["work", "ann", "new"] }, 2);
  });

  it("says beside its buttons which field was refused", async () => {
    const task = makeTask();
    const refusal = new ApiError(400, "invalid-request", "must have at most 64 characters", [{ pointer: "/tags/0", detail: "must have at most 64 characters" }]);
    show(task, vi.fn().mockRejectedValue(refusal) as unknown as Http["patch"]);
    await userEvent.type(await screen.findByLabelText("Tags"), "x");
    const save = screen.getByRole("button", { name: "Save" });
    await userEvent.click(save);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("Tags: must have at most 64 characters");
    expect(alert.compareDocumentPosition(screen.getByRole("button", { name: "Add a reminder" }))).toBe(Node.DOCUMENT_POSITION_PRECEDING);
    expect(alert.compareDocumentPosition(save)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  //
  it("asks about open subtasks when the task is completed here, too", async () => {
    const task = makeTask({ title: "Move house" });
    const patch = vi.fn().mockResolvedValue(task);
    const post = vi.fn().mockRejectedValue(new ApiError(409, "open-subtasks", "It has open subtasks."));
    const onClose = show(task, patch as unknown as Http["patch"], task, post as unknown as Http["post"]);
    await userEvent.click(await screen.findByRole("radio", { name: "Done" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(patch).not.toHaveBeenCalled();
    expect(post).toHaveBeenCalledWith(`/api/v1/tasks/${task.id}/complete`);
    await screen.findByText(/Move house.*subtasks/);
  });

  // C-01
  it("makes a reminder at a time of its own, and keeps it when the due date goes", async () => {
    const task = makeTask({ dueDate: "2026-03-09" });
    const patch = vi.fn().mockResolvedValue(task);
    show(task, patch as unknown as Http["patch"]);
    await userEvent.click(await screen.findByRole("button", { name: "Add a reminder" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "That day at 9 AM" }));
    await userEvent.click(screen.getByRole("button", { name: "Add a reminder" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "At a date and time…" }));
    fireEvent.change(screen.getByLabelText("Remind on"), { target: { value: "2026-07-01" } });
    fireEvent.change(screen.getByLabelText("Remind at"), { target: { value: "17:30" } });
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    fireEvent.change(screen.getByLabelText("Due"), { target: { value: "" } });
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(patch).toHaveBeenCalled());
    expect(patch.mock.calls[0]?.[1]).toEqual({ dueDate: null, reminders: [{ at: "2026-07-01T16:30:00Z" }] });
  });
});
