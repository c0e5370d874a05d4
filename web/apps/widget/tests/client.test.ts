import { beforeEach, describe, expect, it, vi } from "vitest";
import { ChatClient } from "../src/protocol/client";
import type { ClientFrame, ServerFrame, Session, VisitorMessage } from "../src/protocol/frames";
import type { Ports, Socket } from "../src/protocol/ports";
import { sessionRefused } from "../src/protocol/refusal";
import { type KeyStore, memoryStore } from "../src/protocol/storage";

class TestSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onopen: Socket["onopen"] = null;
  onclose: Socket["onclose"] = null;
  readonly sent: ClientFrame[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.onopen?.();
  }
  push(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  break(reason = ""): void {
    this.onclose?.({ reason });
  }
  of<T extends ClientFrame["type"]>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.sent.filter((f): f is Extract<ClientFrame, { type: T }> => f.type === type);
  }
}

const WAITING = { state: "waiting", agents: [], position: 1, ended_by: null, wait_text: null } as const;
const conversation = { ...WAITING, agents: [] as { name: string }[] };
const site = {
  name: "Shop",
  greeting: "",
  theme: { color: "#123456", position: "right", dark: "auto" },
  open: true,
  closed_text: null,
  wait_text: null,
  fields: [],
  files: { enabled: true, max_bytes: 1, max_total_bytes: 10_000_000, max_count: 10, types: [] },
  max_chars: 10,
  emojis: true,
  transcript: true,
  texts: {},
} satisfies Session["site"];

function message(seq: number, author: VisitorMessage["author"] = "agent", id: string | null = null) {
  return { seq, author, name: null, text: `m${seq}`, attachments: [], at: "2026-01-01T00:00:00Z", code: null, id };
}

let sockets: TestSocket[];
let ids: number;
let session: Session;

function client(store: KeyStore = memoryStore(), change: Partial<Ports> = {}): ChatClient {
  return new ChatClient({
    connect: () => {
      const socket = new TestSocket();
      sockets.push(socket);
      return socket;
    },
    openSession: async (token) => ({ ...session, token: token ?? session.token }),
    store,
    newId: () => `id${++ids}`,
    random: () => 0.5,
    now: () => Date.now(),
    later: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    ...change,
  });
}

function last(): TestSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

function welcome(socket: TestSocket, messages: VisitorMessage[] = [], more = false): void {
  socket.push({ type: "welcome", conversation, messages, more, heartbeat_s: 20 });
}

/** A client in a running conversation, on its first socket. */
async function chatting(store?: KeyStore, messages: VisitorMessage[] = []): Promise<ChatClient> {
  session = { ...session, conversation: { state: "active" } };
  const chat = client(store);
  await chat.open();
  last().open();
  welcome(last(), messages);
  return chat;
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  ids = 0;
  session = { token: "t1", site, conversation: null };
});

describe("connecting", () => {
  it("opens no socket for a visitor without a conversation", async () => {
    const chat = client();
    await chat.open();
    expect(sockets).toHaveLength(0);
    expect(chat.state.site?.name).toBe("Shop");
  });

  it("says hello first, and nothing else before the welcome", async () => {
    const chat = client();
    await chat.open();
    chat.start({ name: "A" }, "hi");
    last().open();
    expect(last().sent).toEqual([{ type: "hello", token: "t1", after: 0 }]);
    last().push({ type: "welcome", conversation: null, messages: [], more: false, heartbeat_s: 20 });
    expect(last().of("start")).toEqual([{ type: "start", id: "id1", fields: { name: "A" }, text: "hi" }]);
  });

  it("keeps the token of the tab that was faster", async () => {
    const store = memoryStore();
    const chat = client(store, {
      openSession: async () => {
        store.set("token", "other-tab");
        return session;
      },
    });
    await chat.open();
    expect(store.get("token")).toBe("other-tab");
    expect(chat.state.token).toBe("other-tab");
  });

  it("keeps nothing of whom the site no longer vouches for", async () => {
    const store = memoryStore();
    store.set("token", "of-the-person-before");
    store.set("seen", "9");
    const before = client(store, { openSession: () => Promise.reject(new Error("away")) });
    before.send("unsent words");
    const chat = client(store, { openSession: async () => ({ ...session, token: "somebody-new" }) });
    await chat.open();
    expect(store.get("token")).toBe("somebody-new");
    expect(store.get("seen")).toBeNull();
    expect(chat.state.pending).toEqual([]);
    expect(chat.state.carriedText).toBe("");
  });

  it("begins anew when the session refuses its token", async () => {
    const store = memoryStore();
    store.set("token", "forged");
    const asked: (string | null)[] = [];
    const chat = client(store, {
      openSession: async (token) => {
        asked.push(token);
        if (token) throw sessionRefused("invalid_token");
        return session;
      },
    });
    await chat.open();
    expect(asked).toEqual(["forged", null]);
    expect(store.get("token")).toBe("t1");
  });

  it("gives up on a site that is refused, and only then", async () => {
    const refused = client(memoryStore(), {
      openSession: async () => {
        throw sessionRefused("origin_refused");
      },
    });
    await refused.open();
    expect(refused.state.connection).toBe("fault");

    let down = true;
    const waiting = client(memoryStore(), {
      openSession: async () => {
        if (down) throw new TypeError("network");
        return session;
      },
    });
    await waiting.open();
    expect(waiting.state.connection).toBe("offline");
    down = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(waiting.state.connection).toBe("idle");
    expect(waiting.state.site).not.toBeNull();
  });

  it("does not wait for the silence when the browser says that the network is gone", async () => {
    const chat = await chatting();
    chat.networkLost();
    expect(chat.state.connection).toBe("offline");
    expect(last().closed).toBe(true);
  });

  it("leaves a connection that has been silent for two heartbeats", async () => {
    const chat = await chatting();
    await vi.advanceTimersByTimeAsync(44_000);
    expect(chat.state.connection).toBe("online");
    last().push({ type: "ping" });
    expect(last().of("pong")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(chat.state.connection).toBe("online");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sockets[0]?.closed).toBe(true);
    expect(chat.state.connection).not.toBe("online");
  });

  it("becomes a new visitor when the token is refused, and keeps the unsent words", async () => {
    const store = memoryStore();
    const chat = await chatting(store, [message(1)]);
    last().break();
    chat.send("still here?");
    await vi.advanceTimersByTimeAsync(1000);
    last().open();
    session = { ...session, token: "t2", conversation: null };
    last().push({ type: "bye", reason: "invalid_token" });
    await vi.advanceTimersByTimeAsync(5000);
    expect(chat.state.thread.messages).toEqual([]);
    expect(chat.state.conversation).toBeNull();
    expect(chat.state.carriedText).toBe("still here?");
    expect(store.get("token")).not.toBe("t1");
  });
});

describe("sending exactly once", () => {
  it("sends an unanswered message again under the same id, and shows it once", async () => {
    const chat = await chatting();
    chat.send("hello");
    const [first] = sockets;
    expect(first?.of("message")).toEqual([{ type: "message", id: "id1", text: "hello" }]);
    first?.break();
    expect(chat.state.pending).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    last().open();
    welcome(last(), [message(1, "customer", "id1")]);
    expect(last().of("message")).toEqual([{ type: "message", id: "id1", text: "hello" }]);
    last().push({ type: "ack", id: "id1", seq: 1 });
    expect(chat.state.pending).toHaveLength(0);
    expect(chat.state.thread.messages.map((m) => m.seq)).toEqual([1]);
  });

  it("keeps what is unsent across a reload, in order", async () => {
    const store = memoryStore();
    const before = await chatting(store);
    last().break();
    before.send("one");
    before.send("two");
    const after = client(store);
    expect(after.state.pending.map((p) => p.request.id)).toEqual(["id1", "id2"]);
    await after.open();
    last().open();
    welcome(last());
    expect(last().of("message").map((f) => f.text)).toEqual(["one", "two"]);
  });

  it("does not write into the other tab's outbox", async () => {
    const store = memoryStore();
    const one = await chatting(store);
    const first = last();
    const two = await chatting(store);
    one.send("from one");
    two.send("from two");
    first.push({ type: "ack", id: "id1", seq: 1 });
    expect(store.keys().filter((key) => key.startsWith("out:"))).toEqual(["out:id2"]);
  });

  it("takes the broadcast of its own message for the acknowledgement", async () => {
    const chat = await chatting();
    chat.send("hello");
    last().push({ type: "message", message: message(1, "customer", "id1") });
    expect(chat.state.pending).toHaveLength(0);
    expect(chat.state.thread.messages).toHaveLength(1);
  });

  it("shows its own copy when the server sends only the acknowledgement", async () => {
    const chat = await chatting();
    chat.send("hello");
    last().push({ type: "ack", id: "id1", seq: 1 });
    expect(chat.state.thread.messages[0]).toMatchObject({ seq: 1, author: "customer", text: "hello" });
  });

  it("reconnects when no answer comes", async () => {
    const chat = await chatting();
    chat.send("hello");
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(3_500);
      sockets[0]?.push({ type: "ping" });
    }
    expect(sockets[0]?.closed).toBe(true);
    expect(chat.state.pending).toHaveLength(1);
  });

  it("keeps a refused message in view, and out of the outbox", async () => {
    const store = memoryStore();
    const chat = await chatting(store);
    chat.send("too long");
    last().push({ type: "refused", id: "id1", code: "over_limit", message: "Too long." });
    expect(chat.state.pending[0]?.refused?.code).toBe("over_limit");
    expect(store.keys().filter((key) => key.startsWith("out:"))).toEqual([]);
    chat.discard("id1");
    expect(chat.state.pending).toHaveLength(0);
  });

  it("tries again later when told to slow down", async () => {
    const chat = await chatting();
    chat.send("hello");
    last().push({ type: "refused", id: "id1", code: "too_many_messages", message: "Slow down." });
    expect(chat.state.pending[0]?.refused).toBeUndefined();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(last().of("message")).toHaveLength(2);
  });

  it("tells why a start was refused", async () => {
    const chat = client();
    await chat.open();
    chat.start({}, "");
    last().open();
    last().push({ type: "welcome", conversation: null, messages: [], more: false, heartbeat_s: 20 });
    last().push({ type: "refused", id: "id1", code: "invalid_fields", message: "No.", details: { fields: [{ path: "name", message: "Missing." }] } });
    expect(chat.state.startRefused?.details?.fields?.[0]?.path).toBe("name");
    expect(chat.state.pending).toHaveLength(0);
  });
});

describe("receiving everything", () => {
  it("resumes after the last message without a hole", async () => {
    const chat = await chatting(undefined, [message(1), message(2)]);
    last().break();
    await vi.advanceTimersByTimeAsync(1000);
    last().open();
    expect(last().of("hello")[0]?.after).toBe(2);
    welcome(last(), [message(3)]);
    expect(chat.state.thread.messages.map((m) => m.seq)).toEqual([1, 2, 3]);
  });

  it("asks for a hole once and accepts the server's answer", async () => {
    const chat = await chatting(undefined, [message(1)]);
    last().push({ type: "message", message: message(3) });
    expect(last().of("hello")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(400);
    expect(last().of("hello").at(-1)?.after).toBe(1);
    welcome(last(), [message(3)]);
    expect(chat.state.thread.completeTo).toBe(3);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(last().of("hello")).toHaveLength(2);
  });

  it("does not ask when the missing message was only late", async () => {
    await chatting(undefined, [message(1)]);
    last().push({ type: "message", message: message(3) });
    last().push({ type: "message", message: message(2) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(last().of("hello")).toHaveLength(1);
  });

  it("fetches page after page when more was missed than fits", async () => {
    const chat = await chatting(undefined, [message(1)]);
    last().break();
    await vi.advanceTimersByTimeAsync(1000);
    last().open();
    welcome(last(), [message(6), message(7)], true);
    expect(last().of("history").at(-1)?.before).toBe(6);
    expect(chat.state.thread.completeTo).toBe(1);
    last().push({ type: "history", messages: [message(4), message(5)], more: true });
    expect(last().of("history").at(-1)?.before).toBe(4);
    last().push({ type: "history", messages: [message(1), message(2)], more: false });
    expect(last().of("history")).toHaveLength(2);
    expect(chat.state.thread.messages.map((m) => m.seq)).toEqual([1, 2, 4, 5, 6, 7]);
    expect(chat.state.thread.completeTo).toBe(7);
    expect(last().of("hello")).toHaveLength(1);
  });

  it("keeps its token when the server closes for another reason", async () => {
    const store = memoryStore();
    await chatting(store, [message(1)]);
    last().break("no_hello");
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.get("token")).toBe("t1");
    last().open();
    last().break("token_invalid");
    expect(store.get("token")).toBeNull();
  });

  it("shows nothing of its own when the acknowledgement carries no number", async () => {
    const chat = await chatting();
    chat.send("", []);
    last().push({ type: "ack", id: "id1", seq: null });
    expect(chat.state.pending).toHaveLength(0);
    expect(chat.state.thread.messages).toEqual([]);
  });

  it("offers earlier messages and merges them", async () => {
    session = { ...session, conversation: { state: "active" } };
    const chat = client();
    await chat.open();
    last().open();
    welcome(last(), [message(8), message(9)], true);
    expect(chat.state.hasEarlier).toBe(true);
    chat.loadEarlier();
    expect(last().of("history").at(-1)?.before).toBe(8);
    last().push({ type: "history", messages: [message(7)], more: false });
    expect(chat.state.thread.messages.map((m) => m.seq)).toEqual([7, 8, 9]);
    expect(chat.state.hasEarlier).toBe(false);
  });

  it("counts unread messages of agents until they are seen, in all tabs", async () => {
    const store = memoryStore();
    const chat = await chatting(store, [message(1), message(2, "system"), message(3)]);
    expect(chat.state.unread).toBe(2);
    const other = await chatting(store, [message(1), message(2, "system"), message(3)]);
    chat.markSeen();
    other.storeChanged();
    expect(chat.state.unread).toBe(0);
    expect(other.state.unread).toBe(0);
  });

  it("lets the typing sign fade when its end is lost", async () => {
    const chat = await chatting();
    last().push({ type: "typing", on: true, name: "Robin" });
    expect(chat.state.typing).toBe("Robin");
    await vi.advanceTimersByTimeAsync(9_000);
    expect(chat.state.typing).toBeNull();
  });

  it("tells of typing at most every three seconds", async () => {
    const chat = await chatting();
    chat.typing(true);
    chat.typing(true);
    await vi.advanceTimersByTimeAsync(3_100);
    chat.typing(true);
    chat.typing(false);
    chat.typing(false);
    expect(last().of("typing").map((f) => f.on)).toEqual([true, true, false]);
  });

  it("survives frames that it does not know", async () => {
    const chat = await chatting();
    last().onmessage?.({ data: "not json" });
    last().onmessage?.({ data: '{"type":"newer"}' });
    expect(chat.state.connection).toBe("online");
  });

  describe("when the site says who the visitor is", () => {
    it("goes on with the same one's chat", async () => {
      const chat = await chatting(undefined, [message(1)]);
      const before = last();
      session = { ...session, conversation: { state: "active" } };
      await chat.renew();
      expect(before.closed).toBe(true);
      last().open();
      expect(last().of("hello")[0]).toMatchObject({ token: "t1", after: 1 });
      expect(chat.state.thread.messages).toHaveLength(1);
    });

    it("shows and sends nothing of the one before", async () => {
      const store = memoryStore();
      const openings: (string | null)[] = [];
      let token = "t1";
      const chat = client(store, {
        openSession: async (held) => {
          openings.push(held);
          return { ...session, token, conversation: { state: "active" } };
        },
      });
      await chat.open();
      last().open();
      welcome(last(), [message(1)]);
      store.set("draft", "Dear");
      last().break();
      chat.send("Mine");
      token = "t2";
      await chat.renew();
      expect(openings).toEqual([null, "t1"]);
      expect(chat.state).toMatchObject({ token: "t2", carriedText: "", pending: [] });
      expect(chat.state.thread.messages).toEqual([]);
      expect(store.get("draft")).toBeNull();
      last().open();
      expect(last().of("hello")[0]).toMatchObject({ token: "t2", after: 0 });
    });

    it("asks for the session first, however long the network is away", async () => {
      const openSession = vi.fn(async () => session);
      const chat = client(memoryStore(), { openSession });
      await chat.open();
      chat.start({}, "");
      last().open();
      const count = sockets.length;
      openSession.mockRejectedValueOnce(new Error("away"));
      openSession.mockRejectedValueOnce(new Error("away"));
      await chat.renew();
      expect(chat.state.connection).toBe("offline");
      await vi.advanceTimersByTimeAsync(300);
      expect(sockets).toHaveLength(count);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(openSession).toHaveBeenCalledTimes(4);
      expect(sockets).toHaveLength(count + 1);
    });

    it("does not take the session that was asked for before", async () => {
      const answers: ((session: Session) => void)[] = [];
      const chat = client(memoryStore(), {
        openSession: () => new Promise((resolve) => answers.push(resolve)),
      });
      const opened = chat.open();
      const renewed = chat.renew();
      answers[0]!({ ...session, token: "t1" });
      await opened;
      await vi.advanceTimersByTimeAsync(0);
      answers[1]!({ ...session, token: "t2" });
      await renewed;
      expect(chat.state.token).toBe("t2");
    });

    it("recovers from a word that was refused", async () => {
      const openSession = vi.fn(async () => session);
      const chat = client(memoryStore(), { openSession });
      openSession.mockRejectedValueOnce(sessionRefused("identity_refused"));
      await chat.open();
      expect(chat.state.connection).toBe("fault");
      await chat.renew();
      expect(chat.state.connection).toBe("idle");
    });
  });

  it("ends for good, and leaves what it has stored", async () => {
    const store = memoryStore();
    const chat = await chatting(store, [message(1)]);
    chat.send("On its way");
    chat.close();
    expect(last().closed).toBe(true);
    const count = sockets.length;
    chat.retryNow();
    chat.send("Too late");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sockets).toHaveLength(count);
    expect(store.get("token")).toBe("t1");
    expect(store.get("live")).toBe("1");
    expect(store.get("out:id1")).not.toBeNull();
  });
});
