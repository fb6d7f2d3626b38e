import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Http } from "../../api/http";
import type { User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { ToastProvider } from "../../ui/toasts";
import { Tokens } from "./Tokens";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;

it("lists what is signed in by a token, and revokes one", async () => {
  let items = [
    { id: "t1", name: "daybook command line", scopes: [], createdAt: "2026-03-04T09:00:00Z", expiresAt: null, lastUsedAt: "2026-03-05T09:00:00Z" },
    { id: "t2", name: "Agent", scopes: ["tasks:read"], createdAt: "2026-03-04T09:00:00Z", expiresAt: "2027-03-04T09:00:00Z", lastUsedAt: null },
  ];
  const remove = vi.fn(async (path: string) => {
    items = items.filter(({ id }) => !path.endsWith(id));
  });
  const http = { get: async () => ({ items, nextCursor: null }), delete: remove } as unknown as Http;
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ToastProvider>
          <AppProvider value={{ http, user, setUser: vi.fn(), say: vi.fn() }}>
            <Tokens />
          </AppProvider>
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  expect((await screen.findByText("Agent")).closest("li")?.textContent).toContain("tasks:read");
  await userEvent.click(screen.getByRole("button", { name: "Revoke “daybook command line”" }));
  expect(remove).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole("button", { name: "Revoke" }));
  expect(remove).toHaveBeenCalledWith("/api/v1/tokens/t1");
  await waitFor(() => expect(screen.queryByText("daybook command line")).toBeNull());
  expect(screen.getByText("Agent")).toBeTruthy();
});
