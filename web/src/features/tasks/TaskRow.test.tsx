import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { makeTask } from "../../test_data";
import { TaskRow } from "./TaskRow";

const now = new Date("2026-03-04T09:00:00Z");

function show(task = makeTask({ title: "Dentist" })) {
  const spies = { onToggle: vi.fn(), onEdit: vi.fn(), onDelete: vi.fn() };
  render(
    <MantineProvider>
      <ul>
        <TaskRow task={task} depth={0} zone="Europe/London" now={now} {...spies} />
      </ul>
    </MantineProvider>,
  );
  return { task, ...spies };
}

describe("TaskRow", () => {
  it("completes by keyboard", async () => {
    const { task, onToggle } = show();
    await userEvent.tab();
    expect(screen.getByRole("checkbox", { name: "Complete “Dentist”" })).toBe(document.activeElement);
    await userEvent.keyboard(" ");
    expect(onToggle).toHaveBeenCalledWith(task);
  });

  it("shows when it is due, and that it is late", () => {
    show(makeTask({ dueAt: "2026-03-04T08:00:00Z", priority: "high", tags: ["health"] }));
    const due = screen.getByText(/^Today, 8\sAM$/);
    expect(due.getAttribute("data-overdue")).toBe("true");
    expect(screen.getByText("High")).toBeTruthy();
    expect(screen.getByText("#health")).toBeTruthy();
  });

  it("opens and deletes", async () => {
    const { onEdit, onDelete } = show();
    await userEvent.click(screen.getByRole("button", { name: "Edit “Dentist”" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete “Dentist”" }));
    expect(onEdit).toHaveBeenCalledOnce();
    expect(onDelete).toHaveBeenCalledOnce();
  });
});
