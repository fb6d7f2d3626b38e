// The first conversation of issue 3, as a person has it: in a browser, against the real program.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { Contract, readStream } from "./contract.mjs";
import { check, eventually, expect, finish } from "./harness.mjs";
import { checkPages } from "./pages.mjs";
import { ClusterServer, Server } from "./server.mjs";

const kZone = "Europe/London";
const kPerson = { email: "ada@example.com", password: "correct horse battery", name: "Ada" };
const kFlags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The same conversation on either shape.
const Shape = process.env.DAYBOOK_SHAPE === "distributed" ? ClusterServer : Server;
const server = await Shape.start(process.argv[2]);
const browser = await chromium.launch({ executablePath: process.env.DAYBOOK_CHROMIUM, args: kFlags });
const context = await browser.newContext({ timezoneId: kZone, locale: "en-US", reducedMotion: "reduce", viewport: { width: 1440, height: 900 } });
context.setDefaultTimeout(8000);
const page = await context.newPage();
const consoleErrors = [];
let otherTab;
let token = "";
const contract = new Contract();
const faults = new Set();
context.on("response", async (response) => {
  const { pathname } = new URL(response.url());
  if (/^\/(api\/v1|\.well-known)\//.test(pathname) && pathname !== "/api/v1/stream") {
    const body = response.status() === 204 ? "" : await response.text().catch(() => null);
    const type = response.headers()["content-type"] ?? "";
    if (body !== null)
      contract.faultsOfAnswer(response.request().method(), pathname, response.status(), type, body).forEach((one) => faults.add(one));
  }
  if (/\/auth\/(register|login|refresh)$/.test(response.url()) && response.ok())
    token = (await response.json().catch(() => ({}))).accessToken ?? token;
});
page.on("pageerror", (error) => consoleErrors.push(String(error)));

const send = async (method, path, body) => {
  const headers = { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(server.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.ok, `${method} ${path} answered ${answer.status}`);
  return answer.json();
};
const api = (path) => send("GET", path);
/** A task whose reminder fires in some seconds. */
const remindSoon = (title) =>
  send("POST", "/api/v1/tasks", { title, dueAt: new Date(Date.now() + 3000).toISOString(), reminders: [{ before: "PT0S" }] });
const tasksNamed = async (title) => (await api("/api/v1/tasks?limit=200")).items.filter((task) => task.title === title);
const rowOf = (tab, title) => tab.locator(".task", { has: tab.getByText(title, { exact: true }) });
const nav = (tab) => tab.getByRole("navigation");
const live = (tab) => tab.locator('.shell[data-stream="live"]').waitFor();
const dayIn = (instant) => new Intl.DateTimeFormat("en-CA", { timeZone: kZone }).format(new Date(instant));
const weekdayIn = (instant) => new Intl.DateTimeFormat("en", { timeZone: kZone, weekday: "long" }).format(new Date(instant));

/** Says something in the chat and gives the answer's element. */
async function say(text) {
  const answers = page.locator('.message[data-role="assistant"][data-state="said"]');
  const before = await answers.count();
  await page.getByLabel("Message Daybook").fill(text);
  await page.getByLabel("Message Daybook").press("Enter");
  await eventually(async () => (await answers.count()) > before && !(await page.locator(".typing").count()),
    `no answer to “${text}”`);
  const answer = answers.last();
  const failure = await page.locator('.message[data-state="failed"]').count();
  expect(failure === 0, `“${text}” failed: ${await page.locator(".message").last().innerText()}`);
  return answer;
}

/** Waits until the page stands in this colour scheme, with nothing moving or loading any more. */
const painted = (tab, scheme) => eventually(() => tab.evaluate((wanted) =>
  document.documentElement.dataset.mantineColorScheme === wanted && !document.querySelector(".mantine-Skeleton-root") &&
  document.getAnimations().every((animation) => animation.playState !== "running"), scheme),
  `the page did not come to rest in the ${scheme} scheme`);

/** Presses a button under the last answer and gives the next one. */
async function press(label) {
  const answers = page.locator('.message[data-role="assistant"][data-state="said"]');
  const before = await answers.count();
  await answers.last().getByRole("button", { name: label, exact: true }).click();
  await eventually(async () => (await answers.count()) > before && !(await page.locator(".typing").count()), `no answer to “${label}”`);
  return answers.last();
}

async function axe(tab, what) {
  await tab.evaluate(axeSource);
  const { violations } = await tab.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  const found = violations.map((one) => `${one.id}: ${one.help} (${one.nodes.slice(0, 3).map((node) => `${node.target}: ${node.any[0]?.message ?? ""}`).join("; ")})`);
  expect(found.length === 0, `${what}:\n${found.join("\n")}`);
}

await check("signs up in the browser", async () => {
  await page.goto(server.url);
  await page.getByRole("button", { name: "New here? Create an account" }).click();
  await page.getByLabel("Name (optional)").fill(kPerson.name);
  await page.getByLabel("E-mail").fill(kPerson.email);
  await page.getByLabel("Password", { exact: true }).fill(kPerson.password);
  await axe(page, "sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await live(page);
});

await check("keeps the access token out of every storage of the browser", async () => {
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  expect(token !== "" && !stored.includes(token.slice(0, 20)), "a token is stored where scripts can read it");
});

await check("“Pay bills on the 1st of every month, remind me the day before at 6pm”", async () => {
  const answer = await say("Pay bills on the 1st of every month, remind me the day before at 6pm");
  await answer.getByText("Pay bills").first().waitFor();
  const [series] = (await api("/api/v1/recurring")).items;
  expect(series?.title === "Pay bills", `the recurring task is ${JSON.stringify(series)}`);
  expect(/FREQ=MONTHLY/.test(series.rrule) && /BYMONTHDAY=1(;|$)/.test(series.rrule), series.rrule);
  expect(series.next.length > 0 && series.next.every((start) => start.slice(8, 10) === "01"), `next: ${series.next}`);
  const [reminder] = series.reminders;
  expect(reminder?.daysBefore === 1 && reminder?.time === "18:00", `reminder: ${JSON.stringify(reminder)}`);
});

await check("shows the recurring task with its next occurrences and its reminder", async () => {
  await nav(page).getByRole("link", { name: "Recurring" }).click();
  const item = page.locator(".series", { hasText: "Pay bills" });
  await item.getByText("The day before at 6 PM").waitFor();
  expect((await item.locator(".next-chip").count()) >= 3, "fewer than three next occurrences");
  await axe(page, "recurring");
});

await nav(page).getByRole("link", { name: "Tasks" }).click();

await check("a second tab is signed in by the cookie", async () => {
  otherTab = await context.newPage();
  await otherTab.goto(server.url);
  await live(otherTab);
  // A tab in the background paints seldom, and its dialogs wait for that.
  await page.bringToFront();
  await rowOf(otherTab, "Pay bills").first().waitFor();
});

await check("the dentist appears in the second tab without a reload", async () => {
  await otherTab.evaluate(() => (globalThis.neverReloaded = true));
  await say("dentist tomorrow 3pm #health p1, remind me 30 minutes before");
  const row = rowOf(otherTab, "Dentist");
  await row.waitFor();
  await row.getByText("High").waitFor();
  await row.getByText("#health").waitFor();
  expect(await otherTab.evaluate(() => globalThis.neverReloaded), "the tab was reloaded");
  const [task] = await tasksNamed("Dentist");
  expect(task.dueAt && dayIn(task.dueAt) === dayIn(Date.now() + 86_400_000), `due ${task.dueAt}`);
  expect(task.priority === "high" && task.tags.join() === "health", JSON.stringify(task));
  expect(Date.parse(task.dueAt) - Date.parse(task.reminders[0]?.fireAt) === 30 * 60_000, JSON.stringify(task.reminders));
});

await check("“what's due this week?”", async () => {
  const answer = await say("what's due this week?");
  // In the United States weeks begin on Sunday, so that on a Saturday tomorrow is another one.
  if (weekdayIn(Date.now()) !== "Saturday") await answer.getByText("Dentist").first().waitFor();
});

await check("“move dentist to Friday”", async () => {
  await say("move dentist to Friday");
  const [task] = await tasksNamed("Dentist");
  expect(weekdayIn(task.dueAt) === "Friday" && Date.parse(task.dueAt) > Date.now(), `due ${task.dueAt}`);
  expect(Date.parse(task.dueAt) - Date.parse(task.reminders[0]?.fireAt) === 30 * 60_000, "the reminder did not follow");
});

await check("“mark it done”", async () => {
  await say("mark it done");
  expect((await tasksNamed("Dentist"))[0].status === "completed", "it is not completed");
  await rowOf(otherTab, "Dentist").waitFor({ state: "detached" });
});

await check("“undo”", async () => {
  await say("undo");
  const [task] = await tasksNamed("Dentist");
  expect(task.status === "pending" && weekdayIn(task.dueAt) === "Friday", JSON.stringify(task));
  await rowOf(otherTab, "Dentist").waitFor();
});

await check("asks what was meant, and takes the button as the answer", async () => {
  const question = await say("parents' evening on february 30");
  await question.getByText("February has no 30th").waitFor();
  await axe(page, "a question with its buttons");
  const answer = await press(/^2 March/);
  await answer.getByText("Added “Parents' evening”").waitFor();
  const [task] = await tasksNamed("Parents' evening");
  expect(task?.dueDate?.endsWith("-03-02"), JSON.stringify(task));
  await (await press("Undo")).getByText("Undone: added “Parents' evening”.").waitFor();
  expect((await tasksNamed("Parents' evening")).length === 0, "it is still there");
});

await check("shows what would change before it changes much", async () => {
  const plan = await say("delete everything");
  await plan.getByText("Here is what would change.").waitFor();
  await (await press("No")).getByText("nothing was changed").waitFor();
  expect((await tasksNamed("Dentist")).length === 1, "the dentist is gone");
});

await check("speaks first when a reminder fires, and snoozes by its button", async () => {
  await remindSoon("Stretch");
  const spoken = page.locator('.message[data-role="assistant"]', { hasText: "Reminder: Stretch" });
  await spoken.waitFor({ timeout: 20_000 });
  await axe(page, "a reminder in the chat");
  const answer = await press("Snooze 10 minutes");
  await answer.getByText("I'll remind you of “Stretch”").waitFor();
  const reminders = (await api("/api/v1/reminders")).items.filter((one) => one.taskTitle === "Stretch");
  expect(reminders.some((one) => one.state === "snoozed"), JSON.stringify(reminders));
});

await check("offers another reading in the preview", async () => {
  const line = page.getByLabel("Add a task, or say what to do");
  await line.fill("call the notary tomorrow at 9");
  await page.getByRole("group", { name: "Other readings" }).getByRole("button", { name: /9 pm/ }).click();
  expect(/9 pm/.test(await line.inputValue()), await line.inputValue());
  await page.locator(".chip", { hasText: "Tomorrow at 9 pm" }).waitFor();
  await line.fill("");
});

await check("previews while one types, and leaves out a chip that is taken off", async () => {
  await page.getByLabel("Add a task, or say what to do").fill("call the plumber tomorrow 5pm #home");
  await page.locator(".chip", { hasText: "home" }).waitFor();
  await page.locator(".quick-backdrop mark").first().waitFor();
  await axe(page, "quick add with its preview");
  await page.locator(".chip", { hasText: "home" }).getByRole("button").click();
  await page.locator(".chip", { hasText: "home" }).waitFor({ state: "detached" });
  await page.getByLabel("Add a task, or say what to do").press("Enter");
  const task = await eventually(async () => (await api("/api/v1/tasks?limit=200&q=plumber")).items[0], "the task was not added");
  expect(task.tags.length === 0 && task.dueAt !== null, JSON.stringify(task));
  await page.locator(".task", { hasText: "plumber" }).waitFor();
});

await check("previews in the chat while one types, and leaves out a chip that is taken off", async () => {
  const line = page.getByLabel("Message Daybook");
  await line.fill("read Friday Night Lights tomorrow 5pm #books");
  const form = page.locator(".chat-form");
  await form.locator(".chip", { hasText: "books" }).waitFor();
  await form.locator(".chat-backdrop mark").first().waitFor();
  await axe(page, "the chat with its preview");
  const marked = await form.locator(".chat-backdrop").boundingBox();
  const typed = await line.boundingBox();
  expect(Math.abs(marked.y - typed.y) <= 2 && Math.abs(marked.width - typed.width) <= 2, "the marks lie beside the words");
  await form.locator(".chip", { hasText: "books" }).getByRole("button").click();
  await form.locator(".chip", { hasText: "books" }).waitFor({ state: "detached" });
  await line.press("Enter");
  const task = await eventually(async () => (await api("/api/v1/tasks?limit=200&q=lights")).items[0], "the task was not added");
  expect(task.tags.length === 0 && task.title.endsWith("#books") && task.dueAt !== null, JSON.stringify(task));
  await eventually(async () => !(await page.locator(".typing").count()), "the chat still thinks");
  await say("undo");
});

await check("edits in the form", async () => {
  await page.locator(".task", { hasText: "plumber" }).locator(".task-body").click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Title").fill("Call the electrician");
  await form.getByText("Low", { exact: true }).click();
  await axe(page, "the editor");
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });
  await rowOf(page, "Call the electrician").getByText("Low").waitFor();
  await rowOf(otherTab, "Call the electrician").waitFor();
});

await check("deletes, and takes it back", async () => {
  const row = rowOf(page, "Call the electrician");
  await row.hover();
  await row.getByRole("button", { name: "Delete “Call the electrician”" }).click();
  await row.waitFor({ state: "detached" });
  await page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await row.waitFor();
});

await check("searches and filters", async () => {
  await page.getByLabel("Search tasks").fill("electr");
  await rowOf(page, "Dentist").waitFor({ state: "detached" });
  await rowOf(page, "Call the electrician").waitFor();
  await page.getByLabel("Search tasks").fill("");
  await page.getByLabel("Priority").selectOption("high");
  await rowOf(page, "Call the electrician").waitFor({ state: "detached" });
  await rowOf(page, "Dentist").waitFor();
  await page.getByLabel("Priority").selectOption("");
});

await check("can be used by keyboard alone", async () => {
  await page.locator("body").press("Tab");
  const box = page.getByRole("checkbox", { name: "Complete “Call the electrician”" });
  await box.focus();
  await box.press("Space");
  await rowOf(page, "Call the electrician").waitFor({ state: "detached" });
});

await checkPages({ page, zone: kZone, send, axe, rowOf, goTo: (name) => nav(page).getByRole("link", { name }).click() });

for (const name of ["Calendar", "Inbox", "Settings", "Tasks"])
  await check(`has no accessibility violation in ${name}, light and dark`, async () => {
    await nav(page).getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await painted(page, "light");
    await axe(page, `${name}, light`);
    await page.emulateMedia({ colorScheme: "dark" });
    await painted(page, "dark");
    await axe(page, `${name}, dark`);
    await page.emulateMedia({ colorScheme: "light" });
  });

await check("sent events that keep their schemas", async () => {
  const { cursor } = await (await fetch(`${server.url}/api/v1/stream/ticket`, { method: "POST", headers: { Authorization: `Bearer ${token}` } })).json();
  const start = `${cursor.split("-")[0]}-0`;
  const events = await readStream(`${server.url}/api/v1/stream?cursor=${start}`, token);
  const types = new Set(events.map((event) => event.type));
  for (const type of ["task.created", "task.updated", "task.completed", "task.deleted", "recurring-task.created", "chat.message.created"])
    expect(types.has(type), `no ${type} among ${[...types].join(", ")}`);
  const wrong = [...new Set(events.flatMap((event) => contract.faultsOfEvent(event)))];
  expect(wrong.length === 0, wrong.join("\n"));
});

if (process.env.DAYBOOK_SCREENSHOT)
  await check("takes the screenshot", async () => {
    await page.locator(".toast").first().waitFor({ state: "detached", timeout: 15_000 }).catch(() => undefined);
    await page.screenshot({ path: process.env.DAYBOOK_SCREENSHOT, timeout: 60_000 });
  });

await check("kill -9 and a restart lose nothing, and the open tab recovers by itself", async () => {
  const before = (await api("/api/v1/tasks?limit=200")).items.map((task) => [task.id, task.version]).sort();
  await server.killAndRestart();
  await live(otherTab);
  const after = (await api("/api/v1/tasks?limit=200")).items.map((task) => [task.id, task.version]).sort();
  expect(JSON.stringify(after) === JSON.stringify(before), "the tasks differ");
  await page.reload();
  await live(page);
  await rowOf(page, "Dentist").waitFor();
  await page.getByText("Pay bills on the 1st of every month, remind me the day before at 6pm").waitFor();
  await nav(page).getByRole("link", { name: "Recurring" }).click();
  await page.locator(".series", { hasText: "Pay bills" }).waitFor();
});

await check("still pushes after the restart", async () => {
  await nav(page).getByRole("link", { name: "Tasks" }).click();
  await say("buy milk");
  await otherTab.locator(".task", { hasText: /buy milk/i }).waitFor();
});

await check("works on a phone's width", async () => {
  const phone = await browser.newContext({ timezoneId: kZone, locale: "en-US", reducedMotion: "reduce", viewport: { width: 390, height: 844 }, hasTouch: true });
  const screen = await phone.newPage();
  await screen.goto(server.url);
  await screen.getByLabel("E-mail").fill(kPerson.email);
  await screen.getByLabel("Password", { exact: true }).fill(kPerson.password);
  await screen.getByRole("button", { name: "Sign in" }).click();
  await live(screen);
  await rowOf(screen, "Dentist").waitFor();
  const overflow = await screen.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow <= 0, `the page is ${overflow} px too wide`);
  await axe(screen, "phone, tasks");
  await screen.getByLabel("Add a task, or say what to do").fill("call the notary about the house tomorrow at 9");
  const other = screen.getByRole("group", { name: "Other readings" }).getByRole("button");
  await other.first().waitFor();
  const { x, width } = await other.first().boundingBox();
  expect(x + width <= 390, `a reading ends at ${x + width} of 390 px`);
  await screen.getByLabel("Add a task, or say what to do").fill("");
  await nav(screen).getByRole("link", { name: "Chat" }).click();
  await screen.getByLabel("Message Daybook").fill("call the notary about the house tomorrow at 9 #home p1, remind me an hour before");
  await screen.locator(".chat-preview .chip").first().waitFor();
  const wide = await screen.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide <= 0, `the chat is ${wide} px too wide`);
  await axe(screen, "phone, chat");
  await screen.setViewportSize({ width: 360, height: 740 });
  await remindSoon("Water the very long hedge behind the house");
  const told = screen.locator(".toast", { hasText: "Water the very long hedge" });
  await told.waitFor({ timeout: 20_000 });
  for (const button of await told.getByRole("button").all()) {
    const box = await button.boundingBox();
    expect(box.x >= 0 && box.x + box.width <= 360, `“${await button.innerText()}” lies at ${JSON.stringify(box)}`);
  }
  const composer = await screen.getByLabel("Message Daybook").boundingBox();
  const { y, height } = await told.boundingBox();
  expect(y + height <= composer.y, "the message covers the composer");
  await phone.close();
});

await check("a reminder's message goes in the other tab too when it is dismissed in one", async () => {
  const toasts = [page, otherTab].map((tab) => tab.locator(".toast", { hasText: "Water the very long hedge" }));
  await Promise.all(toasts.map((toast) => toast.waitFor()));
  await toasts[0].getByRole("button", { name: "Dismiss" }).click();
  await Promise.all(toasts.map((toast) => toast.waitFor({ state: "detached" })));
});

await check("signs out in every tab", async () => {
  await remindSoon("Private matter");
  await page.locator(".toast", { hasText: "Private matter" }).waitFor({ timeout: 20_000 });
  await nav(page).getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  for (const tab of [page, otherTab]) {
    await tab.getByRole("heading", { name: "Welcome back" }).waitFor();
    expect((await tab.locator(".toast").count()) === 0, "a message of the former session is still there");
  }
});

await check("gave answers that keep openapi.yaml", async () => {
  expect(faults.size === 0, [...faults].join("\n"));
});

await check("raised no error in the page", async () => {
  expect(consoleErrors.length === 0, consoleErrors.join("\n"));
});

await browser.close();
await server.remove();
finish();
