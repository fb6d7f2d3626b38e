import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveStream, type LiveEvent } from "./stream";

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  close = vi.fn();
  say(event: object) {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}

describe("LiveStream", () => {
  let sockets: FakeSocket[];
  let urls: string[];
  let events: LiveEvent[];
  let resyncs: number;
  let stream: LiveStream;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    urls = [];
    events = [];
    resyncs = 0;
    let tickets = 0;
    stream = new LiveStream({
      http: { post: async <T>() => ({ ticket: `t${++tickets}`, cursor: "1-7" }) as T },
      onEvent: (event) => events.push(event),
      onResync: () => ++resyncs,
      delay: () => 1000,
      open: (url) => {
        urls.push(url);
        sockets.push(new FakeSocket());
        return sockets.at(-1) as unknown as WebSocket;
      },
    });
    stream.start();
  });
  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
  });

  const settle = () => vi.advanceTimersByTimeAsync(0);

  it("opens with a ticket at the ticket's cursor, and loads once", async () => {
    await settle();
    sockets[0]?.onopen?.();
    expect(urls[0]).toContain("ticket=t1&cursor=1-7");
    expect(resyncs).toBe(1);
  });

  it("loads once when only the second socket opens", async () => {
    await settle();
    sockets[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    sockets[1]?.onopen?.();
    expect(resyncs).toBe(1);
  });

  it("resumes after the last event with a new ticket", async () => {
    await settle();
    sockets[0]?.onopen?.();
    sockets[0]?.say({ type: "task.created", subject: "x", cursor: "1-8", data: {} });
    sockets[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    sockets[1]?.onopen?.();
    expect(urls[1]).toContain("ticket=t2&cursor=1-8");
    expect(events).toHaveLength(1);
    expect(resyncs).toBe(1);
  });

  it("loads everything again when its cursor is too old, and goes on from the new one", async () => {
    await settle();
    sockets[0]?.onopen?.();
    sockets[0]?.say({ type: "resync", subject: "", cursor: "2-1", data: {} });
    expect(resyncs).toBe(2);
    sockets[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(urls[1]).toContain("cursor=2-1");
  });

  it("stays closed after stop", async () => {
    await settle();
    stream.stop();
    sockets[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });
});
