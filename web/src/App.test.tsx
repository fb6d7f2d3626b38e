import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Http } from "./api/http";
import type { User } from "./api/types";
import { App } from "./App";
import { ToastProvider, useToast } from "./ui/toasts";

function Reminder() {
  const toast = useToast();
  return <button onClick={() => toast({ message: "Reminder: Stretch", stays: Infinity })}>fires</button>;
}

// what one person was told is not there for the next.
it("leaves no message on the screen when the session ends", async () => {
  let told: (user: User | null) => void = () => undefined;
  const http = {
    onSession: (listener: typeof told) => {
      told = listener;
      return () => undefined;
    },
    resume: async () => false,
  } as unknown as Http;
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <ToastProvider>
          <Reminder />
          <App http={http} />
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  act(() => told({ id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User));
  await userEvent.click(screen.getByRole("button", { name: "fires" }));
  expect(screen.getByText("Reminder: Stretch")).toBeTruthy();
  act(() => told(null));
  expect(screen.queryByText("Reminder: Stretch")).toBeNull();
});
