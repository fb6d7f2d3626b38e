import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ApiError, type Http } from "../../api/http";
import type { Channel, NotificationSettings, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { ToastProvider } from "../../ui/toasts";
import { Channels } from "./Channels";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;
const settings = { channelKinds: ["webhook", "push", "web-push"] } as NotificationSettings;
const home = { id: "c1", kind: "webhook", name: "Home", target: "https://a.example/hook", topics: ["reminder"], enabled: true, confirmed: true } as Channel;

function show(post: Http["post"], channel = home) {
  const patch = vi.fn().mockResolvedValue(home);
  const http = { get: async () => ({ items: [channel] }), post, patch } as unknown as Http;
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <ToastProvider>
          <AppProvider value={{ http, user, setUser: vi.fn(), say: vi.fn() }}>
            <Channels settings={settings} />
          </AppProvider>
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return patch;
}

describe("Channels", () => {
  // C-05
  it("tries a channel by its button and says what went wrong", async () => {
    const post = vi.fn().mockRejectedValue(new ApiError(422, "invalid-target", "The receiver answered 503."));
    show(post as Http["post"]);
    await userEvent.click(await screen.findByRole("button", { name: "Test" }));
    expect(post).toHaveBeenCalledWith("/api/v1/notification-channels/c1/test");
    expect(await screen.findByText("The receiver answered 503.")).toBeTruthy();
  });

  it("adds a channel of a kind that the server serves", async () => {
    const post = vi.fn().mockResolvedValue(home);
    show(post as Http["post"]);
    await userEvent.selectOptions(await screen.findByLabelText("Kind"), "push");
    expect(screen.queryByRole("option", { name: "E-mail" })).toBeNull();
    await userEvent.type(screen.getByLabelText(/^URL/), "https://ntfy.example/me");
    await userEvent.type(screen.getByLabelText("Token (optional)"), "tk");
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith("/api/v1/notification-channels", { kind: "push", target: "https://ntfy.example/me", secret: "tk" }),
    );
  });

  it("asks for the code that was mailed to a new address", async () => {
    const post = vi.fn().mockRejectedValueOnce(new ApiError(422, "wrong-code", "This is not the code.")).mockResolvedValue(home);
    show(post as Http["post"], { ...home, kind: "email", target: "ann@example.org", confirmed: false });
    expect(await screen.findByText(/A code was mailed to ann@example.org/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Test" })).toBeNull();
    await userEvent.type(screen.getByLabelText(/^Code/), "123456");
    await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
    expect(post).toHaveBeenCalledWith("/api/v1/notification-channels/c1/confirm", { code: "123456" });
    expect(await screen.findByText("This is not the code.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Send another code" }));
    expect(post).toHaveBeenCalledWith("/api/v1/notification-channels/c1/code");
  });

  it("chooses what a channel is for", async () => {
    const patch = show(vi.fn() as unknown as Http["post"]);
    await userEvent.click(await screen.findByLabelText("Daily digest"));
    expect(patch).toHaveBeenCalledWith("/api/v1/notification-channels/c1", { topics: ["reminder", "digest"] });
  });
});
