import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Http } from "../../api/http";
import type { User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { dateIn } from "../../lib/time";
import { makeTask } from "../../test_data";
import CalendarView from "./CalendarView";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London", preferences: { weekStart: "monday" } } as User;

//
it("opens the rest of a full day", async () => {
  const date = dateIn(new Date(), user.timezone);
  const items = [1, 2, 3, 4, 5, 6].map((count) => makeTask({ title: `Chore ${count}`, dueDate: date }));
  const get = async (path: string) => (path.endsWith("/calendar") ? { days: [{ date, items }] } : { items: [], nextCursor: null });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <AppProvider value={{ http: { get } as unknown as Http, user, setUser: vi.fn(), say: vi.fn() }}>
          <CalendarView />
        </AppProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText("Chore 4");
  expect(screen.queryByText("Chore 6")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: /^2 more/ }));
  const day = await screen.findByRole("dialog");
  expect(within(day).getAllByRole("button", { name: /^Chore/ })).toHaveLength(6);
  await userEvent.click(within(day).getByRole("button", { name: "Chore 6" }));
  expect(((await screen.findByLabelText("Title")) as HTMLInputElement).value).toBe("Chore 6");
});
