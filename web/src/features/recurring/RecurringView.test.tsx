import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ApiError, type Http } from "../../api/http";
import type { RecurringTask, User } from "../../api/types";
import { AppProvider } from "../../app_context";
import { ToastProvider } from "../../ui/toasts";
import RecurringView from "./RecurringView";

const user = { id: "u", email: "a@b.c", name: null, timezone: "Europe/London" } as User;
const standup = {
  id: "s1", title: "Standup", description: null, priority: "none", tags: ["work"], category: null, estimatedDuration: null,
  rrule: "FREQ=DAILY", cron: null, rruleText: "every day", startsAt: "2026-03-04T09:00:00Z", startsOn: null, timezone: "Europe/London",
  anchor: "schedule", monthEnd: "clamp", catchUp: "one", exdates: [], rdates: [], reminders: [{ before: "PT10M" }], state: "active",
  next: ["2026-07-04T08:00:00Z"], notes: [], createdAt: "2026-03-01T09:00:00Z", updatedAt: "2026-03-01T09:00:00Z", version: 3,
} as RecurringTask;
const path = "/api/v1/recurring/s1";

/** A server with one recurring task; what it was told is in `sent`. */
function show(series: Partial<RecurringTask> = {}, patched: () => RecurringTask = () => ({ ...standup, version: 4 })) {
  const sent: unknown[] = [];
  const note = (...call: unknown[]) => {
    sent.push(call.filter((part) => part !== undefined));
  };
  const http = {
    get: async (asked: string) => (asked === path ? { ...standup, title: "Daily standup", version: 7 } : { items: [{ ...standup, ...series }] }),
    delete: async (asked: string) => note("DELETE", asked),
    patch: async (asked: string, body: object, version?: number) => {
      note("PATCH", asked, body, version);
      return patched();
    },
    post: async (asked: string, body?: object) => {
      if (asked === "/api/v1/parse")
        return { recurring: (body as { text: string }).text.includes("tuesday") ? { rrule: "FREQ=WEEKLY;BYDAY=TU", startsOn: "2026-03-10", anchor: "schedule" } : null };
      if (asked === "/api/v1/recurring/preview")
        return { rrule: "", rruleText: "every Tuesday", timezone: "Europe/London", next: [{ startsAt: "2026-03-10T09:00:00Z", startsOn: null, note: null }], notes: [] };
      note("POST", asked, body);
      return { ...standup, version: 4 };
    },
  } as unknown as Http;
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ToastProvider>
          <AppProvider value={{ http, user, setUser: vi.fn(), say: vi.fn() }}>
            <RecurringView />
          </AppProvider>
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}

async function choose(deed: string) {
  await userEvent.click(await screen.findByRole("button", { name: "Change “Standup”" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: deed }));
}
const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));
const becomes = (sent: unknown[], calls: unknown[]) => waitFor(() => expect(sent).toEqual(calls));

describe("RecurringView", () => {
  // B-13
  it.each([
    ["Its open tasks from now on, too", "future"],
    ["Only the repeat; its tasks stay", "template"],
    ["Every task that it made, too", "all"],
  ])("asks what is deleted with it: %s", async (label, scope) => {
    const sent = show();
    await choose("Delete");
    await userEvent.click(await screen.findByLabelText(label));
    await press("Delete");
    await becomes(sent, [["DELETE", `${path}?scope=${scope}`]]);
    await press("Undo");
    await becomes(sent, [["DELETE", `${path}?scope=${scope}`], ["POST", `${path}/restore`]]);
  });

  it("takes a stop back", async () => {
    const sent = show();
    await choose("Stop");
    await press("Stop");
    await press("Undo");
    await becomes(sent, [["POST", `${path}/stop`], ["POST", `${path}/restore`]]);
  });

  it("takes a skip back, of the occurrence that was skipped", async () => {
    const sent = show();
    await choose("Skip the next one");
    await press("Undo");
    const which = { recurrenceId: "2026-07-04T09:00:00" };
    await becomes(sent, [["POST", `${path}/skip`, which], ["POST", `${path}/restore`, which]]);
  });

  it("lets a stopped one go on", async () => {
    const sent = show({ state: "stopped", next: [] });
    await press("Go on");
    await becomes(sent, [["POST", `${path}/restore`]]);
  });

  // B-03
  it("changes title, rule and time, and takes that back", async () => {
    const sent = show();
    await choose("Edit");
    fireEvent.change(await screen.findByLabelText("Title"), { target: { value: "Weekly" } });
    fireEvent.change(screen.getByLabelText("Repeats"), { target: { value: "tuesday" } });
    await screen.findByText(/every Tuesday/);
    fireEvent.change(screen.getByLabelText("Time"), { target: { value: "10:30" } });
    await press("Remove this reminder");
    await press("Save");
    const changes = { title: "Weekly", rrule: "FREQ=WEEKLY;BYDAY=TU", startsAt: "2026-03-10T10:30:00Z", reminders: [] };
    await becomes(sent, [["PATCH", path, changes, 3]]);
    await press("Undo");
    const before = { title: "Standup", rrule: "FREQ=DAILY", startsAt: "2026-03-04T09:00:00Z", reminders: [{ before: "PT10M" }] };
    await becomes(sent, [["PATCH", path, changes, 3], ["PATCH", path, before, 4]]);
  });

  it("says when words are no repeat, and saves nothing", async () => {
    const sent = show();
    await choose("Edit");
    fireEvent.change(await screen.findByLabelText("Repeats"), { target: { value: "soon" } });
    await screen.findByText(/not a repeat that I can read/);
    expect((screen.getByRole("button", { name: "Save" }) as HTMLButtonElement).disabled).toBe(true);
    expect(sent).toEqual([]);
  });

  it("keeps what was typed when it was changed elsewhere meanwhile", async () => {
    const patched = vi.fn().mockImplementationOnce(() => { throw new ApiError(412, "version-mismatch", "Changed."); }).mockReturnValue(standup);
    const sent = show({}, patched);
    await choose("Edit");
    fireEvent.change(await screen.findByLabelText("Notes"), { target: { value: "Bring coffee" } });
    await press("Save");
    await screen.findByText(/changed elsewhere/);
    expect((screen.getByLabelText("Title") as HTMLInputElement).value).toBe("Daily standup");
    await press("Save");
    await waitFor(() => expect(sent.at(-1)).toEqual(["PATCH", path, { description: "Bring coffee" }, 7]));
  });
});
