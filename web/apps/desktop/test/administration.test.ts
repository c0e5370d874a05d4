import { ApiError } from "@rapport/api-client";
import { describe, expect, it } from "vitest";
import { cleaned } from "../src/features/administration/forms/clean.ts";
import { fieldErrors } from "../src/features/administration/forms/errors.ts";
import { blankOf, fieldsOf, type JsonSchema } from "../src/features/administration/forms/schema.ts";
import { durationText, largestUnit } from "../src/features/administration/forms/units.ts";
import { differences, withValue } from "../src/features/administration/forms/values.ts";
import { keyFromAddress } from "../src/features/sign-in/key.ts";

/** A kind that nobody has made a form for. */
const schema: JsonSchema = {
  title: "TemplateSpec",
  type: "object",
  required: ["text", "queue"],
  properties: {
    text: { type: "string", maxLength: 2000 },
    queue: { type: "integer", "x-reference": "queues" },
    hours: { anyOf: [{ type: "integer", "x-reference": "hours" }, { type: "null" }], default: null },
    teams: { type: "array", default: [], items: { type: "integer", "x-reference": "teams" } },
    tone: { $ref: "#/$defs/Tone", default: "warm" },
    wait_s: { type: "integer", default: 90 },
    steps: { type: "array", default: [], items: { $ref: "#/$defs/Step" } },
    words: { type: "array", default: [], items: { type: "string" } },
    limits: { type: "object", default: {}, additionalProperties: { type: "integer" } },
    anything: { type: "object", default: {}, additionalProperties: true },
    odd: { anyOf: [{ type: "integer" }, { type: "string" }], default: 1 },
  },
  $defs: {
    Tone: { type: "string", enum: ["warm", "short"] },
    Step: { title: "Step", type: "object", required: ["text"], properties: { text: { type: "string" }, loud: { type: "boolean", default: false } } },
  },
};

describe("a form from a schema", () => {
  const fields = fieldsOf(schema);
  const types = Object.fromEntries(fields.map(({ name, type }) => [name, type]));

  it("finds the input of every field, JSON where there is none", () => {
    expect(types).toEqual({
      text: "text", queue: "reference", hours: "reference", teams: "references", tone: "choice", wait_s: "number",
      steps: "rows", words: "texts", limits: "map", anything: "raw", odd: "raw",
    });
    expect(fields.find(({ name }) => name === "wait_s")).toMatchObject({ seconds: true, title: "Wait" });
    expect(fields.find(({ name }) => name === "hours")).toMatchObject({ kind: "hours", nullable: true, required: false });
  });

  it("begins with the defaults, and with nothing where something must be chosen", () => {
    expect(blankOf(fields)).toEqual({
      text: "", queue: null, hours: null, teams: [], tone: "warm", wait_s: 90, steps: [], words: [], limits: {}, anything: {}, odd: 1,
    });
  });

  it("sends no empty lines", () => {
    expect(cleaned(fields, { words: [" one ", "", "two"], text: " stays " })).toEqual({ words: ["one", "two"], text: " stays " });
  });
});

describe("what the server refuses", () => {
  const refused = (path: string, message: string) => new ApiError("invalid_field", "", 422, { fields: [{ path, message }] });

  it("is told by path, and an empty field in plain words", () => {
    expect([...fieldErrors(refused("spec.queue", "Input should be a valid integer"), { queue: null })]).toEqual([["spec.queue", "Please fill this in."]]);
    expect([...fieldErrors(refused("spec.steps.0.n", "Input should be less than or equal to 9"), { steps: [{ n: 12 }] })]).toEqual([["spec.steps.0.n", "At most 9."]]);
    expect([...fieldErrors(refused("spec.login", "This login belongs to 'Ana'."), { login: "ana" })]).toEqual([["spec.login", "This login belongs to 'Ana'."]]);
    expect(fieldErrors(new Error("no answer"), {}).size).toBe(0);
  });
});

describe("values", () => {
  it("are replaced in copies", () => {
    const before = { groups: [{ after_s: 0, teams: [1] }] };
    const after = withValue(before, ["groups", 0, "after_s"], 30);
    expect(after).toEqual({ groups: [{ after_s: 30, teams: [1] }] });
    expect(before.groups[0]?.after_s).toBe(0);
  });

  it("differ by field, groups taken apart", () => {
    expect(differences({ a: 1, b: { c: 1, d: [1] }, e: null }, { a: 1, b: { c: 2, d: [1] }, e: { f: 1 } })).toEqual([
      { path: "b.c", before: 1, after: 2 },
      { path: "e", before: null, after: { f: 1 } },
    ]);
  });
});

it.each([
  [0, "s", "0 s"],
  [45, "s", "45 s"],
  [90, "s", "1 min 30 s"],
  [600, "min", "10 min"],
  [7200, "h", "2 h"],
  [86_400, "d", "1 d"],
])("%i seconds are counted in %s and read %s", (seconds, unit, text) => {
  expect(largestUnit(seconds)).toBe(unit);
  expect(durationText(seconds)).toBe(text);
});

it.each([
  ["#setup=abcd-efgh", { kind: "setup", value: "abcd-efgh" }],
  ["#invitation=a%2Fb", { kind: "invitation", value: "a/b" }],
  ["#main", null],
  ["", null],
])("the key in %s", (hash, key) => {
  expect(keyFromAddress(hash)).toEqual(key);
});
