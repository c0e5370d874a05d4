import { describe, expect, it, vi } from "vitest";
import { Api, ApiError, Http } from "../src/index.ts";

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  return vi.fn<typeof fetch>(async () =>
    new Response(status === 204 ? null : JSON.stringify(body), { status, headers }),
  );
}

function headersOf(fetcher: ReturnType<typeof answering>, call = 0): Record<string, string> {
  return fetcher.mock.calls[call]?.[1]?.headers as Record<string, string>;
}

describe("Http", () => {
  it("sends the token that signing in returned, and a new key with each command", async () => {
    const fetcher = answering(200, { user: {}, csrf_token: "secret", task: {} });
    const api = new Api(new Http("/api/v1", fetcher));
    await api.signIn("dana", "pw");
    await api.read(7, 3);
    await api.read(7, 4);
    expect(headersOf(fetcher, 1)["X-CSRF-Token"]).toBe("secret");
    expect(headersOf(fetcher, 1)["Idempotency-Key"]).toMatch(/^.{8,64}$/);
    expect(headersOf(fetcher, 1)["Idempotency-Key"]).not.toBe(headersOf(fetcher, 2)["Idempotency-Key"]);
  });

  it("sends a message with the key that its author gave it", async () => {
    const fetcher = answering(200, { message: {} });
    await new Api(new Http("", fetcher)).send(7, { text: "Hi", attachment_ids: [], note: false }, "key-of-the-message");
    expect(headersOf(fetcher)["Idempotency-Key"]).toBe("key-of-the-message");
  });

  it("turns the error shape into an ApiError", async () => {
    const fetcher = answering(409, { error: { code: "offer_expired", message: "Gone", details: { a: 1 } } });
    const error = await new Http("", fetcher).post("/x").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "offer_expired", status: 409, details: { a: 1 }, temporary: false });
  });

  it("names an answer that is not ours, and a missing one, without throwing anything else", async () => {
    const page = vi.fn<typeof fetch>(async () => new Response("<html>Bad gateway", { status: 502 }));
    await expect(new Http("", page).get("/x")).rejects.toMatchObject({ code: "unexpected_answer", temporary: true });
    const down = vi.fn<typeof fetch>(async () => {
      throw new TypeError("network");
    });
    await expect(new Http("", down).get("/x")).rejects.toMatchObject({ code: "unreachable", unanswered: true });
  });

  it("tells when the session is over", async () => {
    const http = new Http("", answering(401, { error: { code: "not_signed_in", message: "", details: {} } }));
    const signedOut = vi.fn();
    http.onSignedOut = signedOut;
    await http.get("/snapshot").catch(() => undefined);
    expect(signedOut).toHaveBeenCalledOnce();
  });

  it("notices a wrong local clock, but not rounding", async () => {
    const http = new Http("", answering(200, {}, { Date: new Date(Date.now() + 90_000).toUTCString() }));
    await http.get("/x");
    expect(Math.abs(http.clockOffset - 90_000)).toBeLessThan(2000);
    const exact = new Http("", answering(200, {}, { Date: new Date().toUTCString() }));
    await exact.get("/x");
    expect(exact.clockOffset).toBe(0);
  });
});
