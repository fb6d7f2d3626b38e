import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ToastProvider, useToasts } from "./toasts";

function Page() {
  const { show, dismiss, clear } = useToasts();
  const remind = (message: string) => show({ message, stays: Infinity, about: ["reminder:r1", "task:t1"] });
  return (
    <>
      <button onClick={() => remind("Stretch")}>fires</button>
      <button onClick={() => remind("Stretch again")}>fires again</button>
      <button onClick={() => show({ message: "Saved", stays: Infinity })}>saves</button>
      <button onClick={() => dismiss("task:t1")}>completes</button>
      <button onClick={clear}>signs out</button>
    </>
  );
}
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const shown = () => screen.getByRole("status").textContent;

it("shows one toast a thing, and takes it away when the thing is over", async () => {
  render(<MantineProvider><ToastProvider><Page /></ToastProvider></MantineProvider>);
  await press("saves");
  await press("fires");
  await press("fires again");
  expect(shown()).toBe("SavedStretch again");
  await press("completes");
  expect(shown()).toBe("Saved");
  await press("fires");
  await press("signs out");
  expect(shown()).toBe("");
});
