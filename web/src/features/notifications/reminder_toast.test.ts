import { describe, expect, it, vi } from "vitest";
import type { LiveEvent } from "../../api/stream";
import i18n from "../../i18n";
import { endedBy, reminderToast } from "./reminder_toast";

function toastOf(data: LiveEvent["data"]) {
  const actions = { options: vi.fn(() => [{ label: "10 minutes", run: vi.fn() }]), dismiss: vi.fn() };
  const goToInbox = vi.fn();
  return { toast: reminderToast({ type: "reminder.triggered", subject: "r1", data }, actions, goToInbox, i18n.t), actions, goToInbox };
}

describe("reminderToast", () => {
  it("says which task, and snoozes or dismisses it", () => {
    const { toast, actions } = toastOf({ id: "r1", taskTitle: "Dentist", state: "fired" });
    expect(toast.message).toBe("Reminder: Dentist");
    expect(toast.actions?.map(({ label }) => label)).toEqual(["Snooze 10 minutes", "Dismiss"]);
    toast.actions?.[1]?.run();
    expect(actions.dismiss).toHaveBeenCalledWith("r1");
  });

  it("stands for its reminder and its task, so that it goes with either", () => {
    const { toast } = toastOf({ id: "r1", taskId: "t1", taskTitle: "Dentist", state: "fired" });
    expect(toast.about).toEqual(["reminder:r1", "task:t1"]);
    const event = (type: string, data: LiveEvent["data"]) => endedBy({ type, subject: "", data });
    expect(event("reminder.updated", { id: "r1", state: "snoozed" })).toBe("reminder:r1");
    expect(event("reminder.canceled", { id: "r1", state: "canceled" })).toBe("reminder:r1");
    expect(event("task.completed", { id: "t1" })).toBe("task:t1");
    expect(event("task.deleted", { id: "t1" })).toBe("task:t1");
    expect(event("reminder.updated", { id: "r1", state: "fired" })).toBeNull();
    expect(event("task.updated", { id: "t1" })).toBeNull();
  });

  //
  it("says how many came due at once, and shows them in the inbox", () => {
    const merged = ["E0", "E1", "E2"].map((taskTitle) => ({ taskTitle }));
    const { toast, goToInbox } = toastOf({ id: "r1", taskTitle: "E0", state: "merged", merged });
    expect(toast.message).toBe("3 reminders came due");
    expect(toast.actions?.map(({ label }) => label)).toEqual(["Show"]);
    toast.actions?.[0]?.run();
    expect(goToInbox).toHaveBeenCalled();
  });
});
