import type { Http } from "./http";

/** A CloudEvent of the live stream (schemas/events). */
export interface LiveEvent {
  type: string;
  subject: string;
  cursor?: string;
  data: Record<string, unknown>;
}

export type StreamState = "connecting" | "live" | "waiting";

interface Ticket {
  ticket: string;
  cursor: string;
}

export interface StreamOptions {
  http: Pick<Http, "post">;
  onEvent: (event: LiveEvent) => void;
  /** Everything that is on the screen may be stale: load it again. */
  onResync: () => void;
  onState?: (state: StreamState) => void;
  open?: (url: string) => WebSocket;
  /** Milliseconds to wait before attempt `n` (from 1). */
  delay?: (attempt: number) => number;
}

const kMaxDelay = 15_000;
const backoff = (attempt: number) => Math.min(kMaxDelay, 500 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);

/**
 * Keeps one WebSocket to the server open and resumes it after the last event seen, so that nothing is missed and
 * nothing is polled. Events may come twice after a reconnect.
 */
export class LiveStream {
  private socket: WebSocket | null = null;
  private cursor: string | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private stopped = false;
  private loaded = false;

  constructor(private readonly options: StreamOptions) {}

  start(): void {
    window.addEventListener("online", this.retryNow);
    document.addEventListener("visibilitychange", this.retryNow);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener("online", this.retryNow);
    document.removeEventListener("visibilitychange", this.retryNow);
    if (this.timer !== null) clearTimeout(this.timer);
    this.socket?.close(1000);
  }

  private readonly retryNow = () => {
    if (this.timer === null || document.visibilityState === "hidden") return;
    clearTimeout(this.timer);
    this.timer = null;
    void this.connect();
  };

  private async connect(): Promise<void> {
    this.options.onState?.("connecting");
    let ticket: Ticket;
    try {
      ticket = await this.options.http.post<Ticket>("/api/v1/stream/ticket");
    } catch {
      return this.retryLater();
    }
    if (this.stopped) return;
    this.cursor ??= ticket.cursor;
    const query = new URLSearchParams({ ticket: ticket.ticket });
    if (this.cursor) query.set("cursor", this.cursor);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/api/v1/stream?${query.toString()}`;
    const socket = (this.options.open ?? ((address) => new WebSocket(address)))(url);
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.options.onState?.("live");
      // The first time, the state on the screen may be older than the ticket.
      if (!this.loaded) this.options.onResync();
      this.loaded = true;
    };
    socket.onmessage = (message) => this.receive(String(message.data));
    socket.onclose = () => {
      if (!this.stopped) this.retryLater();
    };
  }

  private receive(text: string): void {
    const event = JSON.parse(text) as LiveEvent;
    if (event.cursor) this.cursor = event.cursor;
    if (event.type === "resync") this.options.onResync();
    else this.options.onEvent(event);
  }

  private retryLater(): void {
    if (this.stopped) return;
    this.options.onState?.("waiting");
    this.attempt += 1;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        void this.connect();
      },
      (this.options.delay ?? backoff)(this.attempt),
    );
  }
}
