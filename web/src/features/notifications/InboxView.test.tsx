import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Http } from "../../api/http";
import type { Notification, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import InboxView from "./InboxView";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;
const notice = (fields: Partial<Notification>) =>
  ({ id: "n", kind: "reminder", title: "", body: "", taskId: null, reminderId: "r1", createdAt: "2026-03-04T09:00:00Z", readAt: null, version: 1, ...fields }) as Notification;

//
it("offers to snooze one reminder, but not a summary of several as if it were one", async () => {
  const items = [notice({ id: "a", title: "Reminder: Dentist" }), notice({ id: "b", kind: "summary", title: "3 reminders came due" })];
  const get = async (path: string) => (path.endsWith("/reminders") ? { items: [] } : { items, unread: 2, nextCursor: null });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <AppProvider value={{ http: { get } as unknown as Http, user, setUser: vi.fn(), say: vi.fn() }}>
          <InboxView />
        </AppProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  const row = async (title: string) => within((await screen.findByText(title)).closest("li") as HTMLElement);
  const labels = (within: { getAllByRole: (role: string) => HTMLElement[] }) => within.getAllByRole("button").map((button) => button.textContent);
  expect(labels(await row("Reminder: Dentist"))).toEqual(["Snooze", "Dismiss"]);
  expect(labels(await row("3 reminders came due"))).toEqual(["Mark as read"]);
});
