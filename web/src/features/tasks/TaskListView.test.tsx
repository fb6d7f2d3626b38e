import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Http, Query } from "../../api/http";
import type { Task, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { makeTask } from "../../test_data";
import { TaskListView } from "./TaskListView";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;
const tags = Array.from({ length: 14 }, (_, index) => ({ name: `tag${index + 1}`, open: 1, total: 1 }));

function show(tasks: Task[] = []) {
  const asked: Query[] = [];
  let left = tasks;
  const post = async (path: string) => {
    left = left.filter(({ id }) => !path.includes(id));
    return makeTask();
  };
  const get = async (path: string, query: Query) => {
    if (query?.["parentId"]) return { items: [], nextCursor: null };
    if (path.endsWith("/labels")) return { tags, categories: [{ name: "Body", open: 1, total: 2 }] };
    asked.push(query);
    return { items: left, nextCursor: null };
  };
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <AppProvider value={{ http: { get, post } as unknown as Http, user, setUser: vi.fn(), say: vi.fn() }}>
          <TaskListView />
        </AppProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

//
describe("TaskListView's filters", () => {
  it("narrow by status, category, due and creation", async () => {
    const asked = show();
    await userEvent.click(await screen.findByRole("button", { name: "More filters" }));
    await userEvent.selectOptions(screen.getByLabelText("Status"), "in-progress");
    await userEvent.selectOptions(await screen.findByLabelText("Category"), "Body");
    fireEvent.change(screen.getByLabelText("Due from"), { target: { value: "2026-03-01" } });
    fireEvent.change(screen.getByLabelText("Due to"), { target: { value: "2026-03-31" } });
    fireEvent.change(screen.getByLabelText("Created from"), { target: { value: "2026-02-01" } });
    fireEvent.change(screen.getByLabelText("Created to"), { target: { value: "2026-02-28" } });
    await waitFor(() =>
      expect(asked.at(-1)).toEqual({
        status: "in-progress",
        category: "Body",
        dueFrom: "2026-03-01",
        dueTo: "2026-03-31",
        createdFrom: "2026-02-01",
        createdTo: "2026-02-28",
        sort: "due",
        limit: 100,
      }),
    );
    await userEvent.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    await waitFor(() => expect((screen.getByLabelText("Category") as HTMLSelectElement).value).toBe(""));
    expect((screen.getByLabelText("Created from") as HTMLInputElement).value).toBe("");
  });

  it("offer every tag", async () => {
    const asked = show();
    await screen.findByText("#tag12");
    expect(screen.queryByText("#tag13")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "2 more tags" }));
    await userEvent.click(screen.getByText("#tag14"));
    await waitFor(() => expect(asked.at(-1)).toMatchObject({ tag: "tag14" }));
  });
});

it("shows the tasks in the order of the server, and says by which", async () => {
  const asked = show([makeTask({ title: "First" }), makeTask({ title: "Second", dueDate: "2026-03-04" })]);
  await userEvent.selectOptions(await screen.findByLabelText("Sort by"), "Priority");
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ sort: "-priority" })); // high ones first.
  const titles = screen.getAllByRole("button", { name: /^Edit/ }).map((row) => row.getAttribute("aria-label"));
  expect(titles).toEqual(["Edit “First”", "Edit “Second”"]);
});

describe("the keyboard's place", () => {
  it("is the task again when its form is closed", async () => {
    show([makeTask({ title: "First" })]);
    const row = await screen.findByRole("button", { name: "Edit “First”" });
    row.focus();
    await userEvent.keyboard("{Enter}");
    await screen.findByRole("dialog");
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(row));
  });

  it("is the next task when one is completed", async () => {
    show([makeTask({ title: "First" }), makeTask({ title: "Second" })]);
    (await screen.findByRole("checkbox", { name: "Complete “First”" })).focus();
    await userEvent.keyboard(" ");
    await waitFor(() => expect(screen.queryByText("First")).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("checkbox", { name: "Complete “Second”" })));
    await userEvent.keyboard(" ");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 })));
  });
});
