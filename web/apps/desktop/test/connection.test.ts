import { ApiError, type Commit, type Snapshot } from "@rapport/api-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff } from "../src/features/connection/backoff.ts";
import { Connection } from "../src/features/connection/connection.ts";
import { snapshot } from "./desk.ts";

class FakeSocket {
  readyState = 1;
  sent: string[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string) {
    this.sent.push(text);
  }
  close() {}
  receive(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function connection(takeSnapshot: () => Promise<Snapshot> = async () => snapshot({ position: "p1" })) {
  const sockets: FakeSocket[] = [];
  const opened: string[] = [];
  const commits: Commit[] = [];
  let position: string | null = null;
  const signedOut = vi.fn();
  const take = vi.fn(takeSnapshot);
  const made = new Connection({
    snapshot: take,
    position: () => position,
    onSnapshot: (taken) => (position = taken.position),
    onCommit: (commit) => {
      commits.push(commit);
      position = commit.position;
    },
    onPosition: (reached) => (position = reached),
    onEphemeral: () => undefined,
    onSignedOut: signedOut,
    open: (after) => {
      opened.push(after);
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  });
  made.start();
  const last = () => sockets.at(-1) as FakeSocket;
  return { made, opened, commits, last, take, signedOut };
}

const hello = { type: "hello", position: "p1", heartbeat_s: 20 };

describe("connection", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

  it("takes a snapshot and follows from its position", async () => {
    const { made, opened, last } = connection();
    expect(made.state.get()).toBe("connecting");
    await settle();
    last().receive(hello);
    expect(opened).toEqual(["p1"]);
    expect(made.state.get()).toBe("live");
  });

  it("comes back from a dropped connection by position, without another snapshot", async () => {
    const { made, opened, last, take } = connection();
    await settle();
    last().receive(hello);
    last().receive({ type: "commit", position: "p6", events: [] });
    last().receive({ type: "ping", position: "p7" });
    last().onclose?.({ code: 1006 });
    expect(made.state.get()).toBe("offline");
    await settle(1000);
    last().receive(hello);
    expect(opened).toEqual(["p1", "p7"]);
    expect(made.state.get()).toBe("catching_up");
    await settle(300);
    expect(made.state.get()).toBe("live");
    expect(take).toHaveBeenCalledOnce();
  });

  it("takes a new snapshot when its position is too old", async () => {
    const { last, take } = connection();
    await settle();
    last().receive(hello);
    last().receive({ type: "reset", reason: "expired" });
    await settle();
    expect(take).toHaveBeenCalledTimes(2);
    last().onclose?.({ code: 4409 });
    await settle(1000);
    expect(take).toHaveBeenCalledTimes(3);
  });

  it("answers pings, and gives up a connection that has fallen silent", async () => {
    const { made, opened, last } = connection();
    await settle();
    last().receive(hello);
    last().receive({ type: "ping" });
    expect(last().sent).toEqual(['{"type":"pong"}']);
    await settle(44_000);
    expect(made.state.get()).toBe("live");
    await settle(1500);
    expect(made.state.get()).toBe("offline");
    await settle(1000);
    expect(opened).toHaveLength(2);
  });

  it("leaves the desk when the session is over", async () => {
    const { signedOut } = connection(() => Promise.reject(new ApiError("not_signed_in", "", 401, {})));
    await settle();
    expect(signedOut).toHaveBeenCalledOnce();
  });

  it("ignores a socket that it has already given up", async () => {
    const { commits, last } = connection();
    await settle();
    const old = last();
    old.onclose?.({ code: 1006 });
    await settle(1000);
    old.receive({ type: "commit", position: "p9", events: [] });
    expect(commits).toEqual([]);
  });

  it("waits longer each time, never in step with others, and never over 15 seconds", () => {
    expect(backoff(0, () => 0)).toBe(250);
    expect(backoff(3, () => 1)).toBe(4000);
    expect(backoff(30, () => 1)).toBe(15_000);
    expect(backoff(3, () => 0.1)).not.toBe(backoff(3, () => 0.9));
  });
});
