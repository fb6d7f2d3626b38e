// screenshot.mjs BINARY OUT.png: the picture of the README, from the running program.
import { chromium } from "playwright-core";
import { Server } from "./server.mjs";

const server = await Server.start(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.DAYBOOK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-US", timezoneId: "Europe/London", reducedMotion: "reduce" });
await page.goto(server.url);
await page.getByRole("button", { name: "New here? Create an account" }).click();
await page.getByLabel("Name (optional)").fill("Ada");
await page.getByLabel("E-mail").fill("ada@example.com");
await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
await page.getByRole("button", { name: "Create account" }).click();
await page.locator('.shell[data-stream="live"]').waitFor();

async function say(text) {
  const answers = page.locator('.message[data-role="assistant"][data-state="said"]');
  const before = await answers.count();
  await page.getByLabel("Message Daybook").fill(text);
  await page.getByLabel("Message Daybook").press("Enter");
  await answers.nth(before).waitFor();
}
for (const text of ["call grandma tomorrow p2", "buy milk and the good bread today #groceries", "send the report on Wednesday at 4pm #work p1",
  "renew the passport in 3 weeks", "read \"Friday Night Lights\""])
  await say(text);
await page.getByRole("button", { name: "New conversation" }).click();
await say("water the ferns every sunday at 10am, remind me 10 minutes before");
await say("move the report to thursday");
await say("what's due this week?");
await page.getByLabel("Add a task, or say what to do").pressSequentially("dentist tomorrow 3pm #health p1, remind me 30 minutes before");
await page.locator(".chip").first().waitFor();
await page.mouse.move(110, 500);
await page.waitForFunction(() => document.querySelector(".quick-preview li") && !document.querySelector(".toast") &&
  document.getAnimations().every((animation) => animation.playState !== "running"));
await page.screenshot({ path: process.argv[3] });
await browser.close();
await server.remove();
