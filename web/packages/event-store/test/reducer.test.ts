import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeskEvent } from "@rapport/api-client";
import { applyAnswer, applyCommit, fromSnapshot, normalise, unreadCount } from "../src/index.ts";
import { agent, contact, leg, message, snapshot, task } from "./samples.ts";

const at = "2026-01-01T10:00:00Z";
const commit = (...events: Omit<DeskEvent, "at" | "kind">[]) => ({
  position: "1-9",
  events: events.map((event) => ({ kind: "test", at, ...event })),
});

describe("reducer", () => {
  it("takes an offer with its contact and message, and remembers the position", () => {
    const offered = task({ state: "offered", legs: [leg({ state: "offered" })] });
    const state = applyCommit(fromSnapshot(snapshot()), commit({ task: offered, contact: contact(), message: message() }));
    expect(state.tasks.get(10)).toBe(offered);
    expect(state.contacts.get(1000)?.name).toBe("Dana");
    expect(state.lastMessages.get(10)?.text).toBe("Hello");
    expect(state.position).toBe("1-9");
  });

  it("keeps the contact and message of an event whose task comes later in the same commit", () => {
    const state = applyCommit(fromSnapshot(snapshot()), commit({ contact: contact() }, { message: message() }, { task: task() }));
    expect(normalise(state)).toMatchObject({ tasks: [{ id: 10 }], contacts: [{ id: 1000 }], last_messages: [{ id: 500 }] });
  });

  it("ignores older versions, whether by stream or by a command's answer", () => {
    const start = fromSnapshot(snapshot({ tasks: [task({ version: 5, priority: 1 })] }));
    expect(applyCommit(start, commit({ task: task({ version: 4, priority: 9 }) })).tasks.get(10)?.priority).toBe(1);
    expect(applyAnswer(start, { task: task({ version: 5, priority: 9 }) })).toBe(start);
  });

  it("drops a task once my last leg in it is closed, with contact and message", () => {
    const start = fromSnapshot(snapshot({ tasks: [task()], contacts: [contact()], last_messages: [message()] }));
    const others = [leg({ state: "closed" }), leg({ id: 2, agent_id: 2 })];
    const state = applyCommit(start, commit({ task: task({ version: 2, legs: others }) }));
    expect(normalise(state)).toMatchObject({ tasks: [], contacts: [], last_messages: [] });
  });

  it("keeps a contact that another of my tasks still needs", () => {
    const start = fromSnapshot(snapshot({ tasks: [task(), task({ id: 11 })], contacts: [contact()] }));
    const state = applyCommit(start, commit({ task: task({ version: 2, legs: [leg({ state: "closed" })] }) }));
    expect([...state.contacts.keys()]).toEqual([1000]);
  });

  it("takes a message's new status only for the message held, and a later message always", () => {
    const start = fromSnapshot(snapshot({ tasks: [task()], last_messages: [message({ id: 501, seq: 2 })] }));
    const earlier = applyCommit(start, commit({ message: message({ id: 500, seq: 1, version: 7 }) }));
    expect(earlier.lastMessages.get(10)?.id).toBe(501);
    const receipt = applyCommit(start, commit({ message: message({ id: 501, seq: 2, version: 2, status: "read" }) }));
    expect(receipt.lastMessages.get(10)?.status).toBe("read");
  });

  it("never takes an announcement for the last message", () => {
    const start = fromSnapshot(snapshot({ tasks: [task()], last_messages: [message()] }));
    const line = message({ id: 501, seq: 2, direction: "announcement", announcement: { code: "joined", params: {} } });
    expect(applyCommit(start, commit({ message: line })).lastMessages.get(10)?.id).toBe(500);
  });

  it("ignores the state of other agents", () => {
    const start = fromSnapshot(snapshot());
    expect(applyCommit(start, commit({ agent: agent({ id: 2, version: 9, status: "rona" }) })).me.id).toBe(1);
  });

  it("says when the catalogue is out of date", () => {
    const start = fromSnapshot(snapshot());
    expect(applyCommit(start, commit({ catalog_version: 1 })).catalogStale).toBe(false);
    expect(applyCommit(start, commit({ catalog_version: 2 })).catalogStale).toBe(true);
  });

  it("counts unread messages by what the customer wrote", () => {
    expect(unreadCount(message({ inbound_seq: 5 }), leg({ read_inbound_seq: 3 }))).toBe(2);
    expect(unreadCount(undefined, leg())).toBe(0);
  });

  it("holds the same state whatever the order and however often events of live tasks arrive", () => {
    const events = fc.array(
      fc.record({ id: fc.integer({ min: 1, max: 4 }), version: fc.integer({ min: 1, max: 6 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.nat()), (list, random) => {
        const commits = list.map(({ id, version }) =>
          commit({
            task: task({ id, version, priority: version, contact_id: id }),
            contact: contact({ id, version, name: `v${version}` }),
            message: message({ id: id * 10 + version, task_id: id, seq: version }),
          }),
        );
        const shuffled = [...commits, ...commits]
          .map((item) => ({ item, rank: random.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ item }) => item);
        const start = fromSnapshot(snapshot());
        expect(normalise(shuffled.reduce(applyCommit, start))).toEqual(normalise(commits.reduce(applyCommit, start)));
      }),
    );
  });

  it("does not disturb what has not changed", () => {
    const start = fromSnapshot(snapshot({ tasks: [task(), task({ id: 11 })] }));
    const state = applyCommit(start, commit({ task: task({ id: 11, version: 2 }) }));
    expect(state.tasks.get(10)).toBe(start.tasks.get(10));
    expect(state.contacts).toBe(start.contacts);
  });
});
