import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** One `daybook serve` in a folder of its own, which outlives its process. */
export class Server {
  static async start(binary) {
    const server = new Server();
    server.binary = binary;
    server.data = await mkdtemp(join(tmpdir(), "daybook-e2e-"));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.run();
    return server;
  }

  async run() {
    this.output = "";
    this.process = spawn(this.binary, ["serve", "--listen", `127.0.0.1:${this.port}`, "--data", this.data]);
    const collect = (bytes) => (this.output = (this.output + bytes).slice(-20_000));
    this.process.stdout.on("data", collect);
    this.process.stderr.on("data", collect);
    const deadline = Date.now() + 15_000;
    for (;;) {
      if (this.process.exitCode !== null) throw new Error(`the server ended with ${this.process.exitCode}:\n${this.output}`);
      const answer = await fetch(`${this.url}/readiness`).catch(() => null);
      if (answer?.ok) return;
      if (Date.now() > deadline) throw new Error(`the server did not become ready:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async end(signal) {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill(signal);
    await ended;
  }

  async killAndRestart() {
    await this.end("SIGKILL");
    await this.run();
  }

  async remove() {
    await this.end("SIGTERM");
    await rm(this.data, { recursive: true, force: true });
  }
}

/** The distributed shape: every role beside a sidecar (tests/realparts), in place of one `daybook serve`. */
export class ClusterServer {
  static async start(binary) {
    const server = new ClusterServer();
    const script = new URL("../realparts/serve_cluster.py", import.meta.url).pathname;
    server.process = spawn("python3", [script, binary], { stdio: ["pipe", "pipe", "inherit"] });
    server.lines = createInterface({ input: server.process.stdout })[Symbol.asyncIterator]();
    server.url = (await server.answer()).url;
    return server;
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the cluster ended");
    return JSON.parse(value);
  }

  async killAndRestart() {
    this.process.stdin.write("kill\n");
    await this.answer();
  }

  async remove() {
    const ended = once(this.process, "exit");
    this.process.stdin.end();
    await ended;
  }
}
