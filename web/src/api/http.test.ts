import { describe, expect, it, vi } from "vitest";
import { ApiError, Http, queryText } from "./http";

const session = (token: string) => Response.json({ user: { id: "u", email: "a@b.c" }, accessToken: token, expiresIn: 900 });
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
