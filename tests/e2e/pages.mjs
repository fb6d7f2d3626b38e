// What a person does on the pages beside the conversation: the list and its filters, the form, the calendar, what repeats,
// and the settings.
import { check, eventually, expect } from "./harness.mjs";

/** `send(method, path, body)` asks the API as the person whose page it is. */
export async function checkPages({ page, zone, send, axe, goTo, rowOf }) {
  const dialog = page.getByRole("dialog");
  const create = (task) => send("POST", "/api/v1/tasks", task);
  // Swedish: of the languages that every node has, the one that writes a date as ISO 8601 does.
  const dayIn = (days) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(Date.now() + days * 86_400_000));
  const undo = () => page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();

  await check("nests subtasks below a parent of another day; undo brings back what was completed with it", async () => {
    await goTo("Tasks");
    const parent = await create({ title: "Move house", dueDate: dayIn(5) });
    const step = await create({ title: "Pack the books", parentId: parent.id, status: "in-progress" });
    const box = await rowOf(page, "Pack the books").boundingBox();
    const above = await rowOf(page, "Move house").boundingBox();
    expect(box.x > above.x && box.y > above.y && box.y < above.y + 2 * above.height, JSON.stringify([above, box]));
    await page.getByRole("checkbox", { name: "Complete “Move house”" }).click();
    await page.getByRole("button", { name: "Complete them too" }).click();
    await rowOf(page, "Pack the books").waitFor({ state: "detached" });
    await undo();
    await rowOf(page, "Pack the books").waitFor();
    const back = await send("GET", `/api/v1/tasks/${step.id}`);
    expect(back.status === "in-progress", `the subtask is ${back.status}`);
  });

  await check("filters by status and category, and says how to see all again", async () => {
    await create({ title: "Swim", category: "Body", status: "in-progress" });
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Category").selectOption("Body");
    await page.getByLabel("Status").selectOption("in-progress");
    await rowOf(page, "Move house").waitFor({ state: "detached" });
    await rowOf(page, "Swim").waitFor();
    await axe(page, "the filters");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(page, "Move house").waitFor();
    await page.getByRole("button", { name: "More filters" }).click();
  });

  await check("sets a reminder at a time of its own, without a due date", async () => {
    await rowOf(page, "Swim").locator(".task-body").click();
    await dialog.getByRole("button", { name: "Add a reminder" }).click();
    await page.getByRole("menuitem", { name: "At a date and time…" }).click();
    await dialog.getByLabel("Remind on").fill(dayIn(3));
    await dialog.getByLabel("Remind at").fill("17:30");
    await axe(page, "a reminder's own time");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const [task] = (await send("GET", "/api/v1/tasks?q=swim")).items;
    expect(task.reminders.length === 1 && task.reminders[0].at && task.dueAt === null, JSON.stringify(task));
  });

  await check("opens the rest of a full day in the calendar", async () => {
    for (const count of [1, 2, 3, 4, 5, 6]) await create({ title: `Chore ${count}`, dueDate: dayIn(0), priority: "high" });
    await goTo("Calendar");
    await page.getByRole("button", { name: / more on / }).first().click();
    await dialog.getByRole("button", { name: "Chore 6" }).waitFor();
    await axe(page, "a day");
    await dialog.getByRole("button", { name: "Chore 6" }).click();
    await eventually(async () => (await dialog.getByLabel("Title").inputValue().catch(() => "")) === "Chore 6", "its form did not open");
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  await check("edits what repeats in words, and takes it back", async () => {
    const series = await send("POST", "/api/v1/recurring", { title: "Ferns", rrule: "FREQ=WEEKLY;BYDAY=SU" });
    await goTo("Recurring");
    const item = page.locator(".series", { hasText: "Ferns" });
    await item.getByRole("button", { name: "Change “Ferns”" }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    await dialog.getByLabel("Title").fill("Water the ferns");
    await dialog.getByLabel("Repeats").fill("every other Thursday at 9am");
    await dialog.getByText(/Next:/).waitFor();
    expect((await dialog.getByLabel("Time").inputValue()) === "09:00", "the time was not read");
    await axe(page, "the form of what repeats");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const changed = await send("GET", `/api/v1/recurring/${series.id}`);
    expect(changed.title === "Water the ferns" && /INTERVAL=2/.test(changed.rrule) && changed.startsAt !== null, JSON.stringify(changed));
    await undo();
    const back = await eventually(async () => {
      const now = await send("GET", `/api/v1/recurring/${series.id}`);
      return now.version > changed.version && now;
    }, "it was not taken back");
    expect(back.title === "Ferns" && back.rrule === series.rrule && back.startsOn === series.startsOn, JSON.stringify(back));
  });

  await check("deletes what repeats as chosen, and takes it back", async () => {
    const item = page.locator(".series", { hasText: "Ferns" });
    await item.getByRole("button", { name: "Change “Ferns”" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await dialog.getByLabel("Only the repeat; its tasks stay").click();
    await axe(page, "what goes with it");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await item.waitFor({ state: "detached" });
    expect((await send("GET", "/api/v1/tasks?q=ferns")).items.length > 0, "its tasks are gone");
    await undo();
    await item.waitFor();
  });

  await check("lists the token of a program, and revokes it", async () => {
    const { id } = await send("POST", "/api/v1/tokens", { name: "daybook command line" });
    await goTo("Settings");
    await page.getByRole("button", { name: "Revoke “daybook command line”" }).click();
    await axe(page, "revoke?");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Revoked “daybook command line”.").waitFor();
    expect(!(await send("GET", "/api/v1/tokens")).items.some((one) => one.id === id), "it is still there");
  });
}
