import { applyCommit, fromSnapshot } from "@rapport/event-store";
import type { Leg } from "@rapport/api-client";
import { describe, expect, it } from "vitest";
import { newsOf } from "../src/features/notifications/news.ts";
import { leg, snapshot, task } from "./desk.ts";

const mine = (over: Partial<Leg> = {}) => leg({ ...over });
const theirs = (over: Partial<Leg> = {}) => leg({ id: 77, agent_id: 42, role: "invited", origin: "conference", ...over });

function told(before: Leg[], after: Leg[]) {
  const start = fromSnapshot(snapshot({ tasks: [task({ legs: before })] }));
  const events = [{ kind: "x", at: "", task: task({ version: 9, legs: after }) }];
  return newsOf(events, start, applyCommit(start, { position: "p2", events })).flatMap((news) => (news.kind === "outcome" ? [news.how] : []));
}

describe("news of colleagues", () => {
  it.each([
    ["joins", [theirs({ state: "offered" })], [theirs({ state: "active" })], ["joined"]],
    ["does not answer", [theirs({ state: "offered" })], [theirs({ state: "closed", outcome: "expired" })], ["no_answer"]],
    ["was taken back by the owner", [theirs({ state: "offered" })], [theirs({ state: "closed", outcome: "withdrawn" })], []],
    ["leaves", [theirs({ state: "active" })], [theirs({ state: "wrapping_up", outcome: "exited" })], ["left"]],
    ["was removed by the owner", [theirs({ state: "active" })], [theirs({ state: "wrapping_up", outcome: "removed" })], []],
    ["still wraps up", [theirs({ state: "wrapping_up", outcome: "exited" })], [theirs({ state: "closed", outcome: "exited" })], []],
  ])("who is asked in %s", (_, before, after, expected) => {
    expect(told([mine(), ...before], [mine(), ...after])).toEqual(expected);
  });

  it("who is transferred to accepts; a queue's agent is no answer to anybody", () => {
    const gone = mine({ state: "wrapping_up", outcome: "transferred" });
    const rings = theirs({ role: "owner", origin: "transfer", state: "offered" });
    expect(told([gone, rings], [gone, { ...rings, state: "active" }])).toEqual(["transfer_accepted"]);
    const routed = theirs({ role: "owner", origin: "routed", state: "offered" });
    expect(told([gone, routed], [gone, { ...routed, state: "active" }])).toEqual([]);
  });

  it("a supervisor takes over", () => {
    const out = mine({ state: "wrapping_up", outcome: "transferred" });
    expect(told([mine()], [out, theirs({ role: "owner", origin: "supervisor", state: "active" })])).toEqual(["taken_over"]);
  });
});
