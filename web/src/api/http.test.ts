import { describe, expect, it, vi } from "vitest";
import { ApiError, Http, queryText } from "./http";

const session = (token: string, id = "u") => Response.json({ user: { id, email: "a@b.c" }, accessToken: token, expiresIn: 900 });
const refusal = (status: number, slug: string) =>
  Response.json({ type: `urn:daybook:error:${slug}`, title: "No", status, detail: "Because." }, { status });

function server(answer: (path: string, token: string | null) => Response) {
  return vi.fn<typeof fetch>(async (input, init) => {
    const headers = new Headers(init?.headers);
    return answer(String(input), headers.get("Authorization"));
  });
}

describe("Http", () => {
  it("renews an expired token once for all requests that wait for it", async () => {
    let refreshes = 0;
    const fetcher = server((path, token) => {
      if (path.endsWith("/login")) return session("old");
      if (path.endsWith("/refresh")) return ++refreshes, session("new");
      return token === "Bearer new" ? Response.json({ path }) : refusal(401, "token-expired");
    });
    const http = new Http(fetcher);
    await http.signIn("a@b.c", "secret");
    const answers = await Promise.all([http.get("/api/v1/tasks"), http.get("/api/v1/me")]);
    expect(answers).toEqual([{ path: "/api/v1/tasks" }, { path: "/api/v1/me" }]);
    expect(refreshes).toBe(1);
  });

  it("says that the session has ended when the cookie is refused", async () => {
    const http = new Http(server(() => refusal(401, "session-ended")));
    const told: unknown[] = [];
    http.onSession((user) => told.push(user));
    await expect(http.get("/api/v1/me")).rejects.toMatchObject({ status: 401, slug: "session-ended" });
    expect(told).toEqual([null]);
  });

  it("keeps the session when the server cannot be reached", async () => {
    const http = new Http(vi.fn<typeof fetch>(async () => Promise.reject(new TypeError("network"))));
    const told: unknown[] = [];
    http.onSession((user) => told.push(user));
    await expect(http.resume()).rejects.toBeInstanceOf(ApiError);
    expect(told).toEqual([]);
  });

  it("does not repeat a request as somebody else who has signed in meanwhile", async () => {
    const sent: string[] = [];
    const fetcher = server((path, token) => {
      if (path.endsWith("/login")) return session("of-a", "a");
      if (path.endsWith("/refresh")) return session("of-b", "b");
      sent.push(`${path} ${token}`);
      return token === "Bearer of-b" ? Response.json({}) : refusal(401, "token-expired");
    });
    const http = new Http(fetcher);
    await http.signIn("a@b.c", "secret");
    const told: unknown[] = [];
    http.onSession((user) => told.push(user?.id));
    await expect(http.post("/api/v1/tasks", { title: "A's" })).rejects.toMatchObject({ slug: "signed-in-as-another" });
    expect(sent).toEqual(["/api/v1/tasks Bearer of-a"]);
    expect(told).toEqual(["b"]);
    await http.get("/api/v1/tasks");
    expect(sent.at(-1)).toBe("/api/v1/tasks Bearer of-b");
  });

  it("stays signed in when the server does not hear of signing out", async () => {
    let down = true;
    const fetcher = server((path) => {
      if (path.endsWith("/login")) return session("t");
      if (down) throw new TypeError("network");
      return new Response(null, { status: 204 });
    });
    const http = new Http(fetcher);
    await http.signIn("a@b.c", "secret");
    const told: unknown[] = [];
    http.onSession((user) => told.push(user));
    await expect(http.signOut()).rejects.toBeInstanceOf(ApiError);
    expect(told).toEqual([]);
    down = false;
    await http.signOut();
    expect(told).toEqual([null]);
  });

  it("sends the same idempotency key when it repeats a command", async () => {
    const keys: (string | null)[] = [];
    const fetcher = vi.fn<typeof fetch>(async (input, init) => {
      if (String(input).endsWith("/refresh")) return session("new");
      keys.push(new Headers(init?.headers).get("Idempotency-Key"));
      return keys.length === 1 ? refusal(401, "token-expired") : Response.json({});
    });
    await new Http(fetcher).post("/api/v1/tasks", { title: "Milk" });
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("writes lists as repeated parameters and leaves out what is not set", () => {
    expect(queryText({ tag: ["a", "b c"], q: "", limit: 5, cursor: undefined })).toBe("?tag=a&tag=b+c&limit=5");
  });
});
