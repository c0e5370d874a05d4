import type { Person } from "@rapport/api-client";

/** As the server checks it: one `@`, no spaces or controls, a domain with a dot. */
const ADDRESS = /^[^\s@<>(),;:"\\[\]]{1,64}@[^\s@<>(),;:"\\[\].]+(\.[^\s@<>(),;:"\\[\].]+)+$/;

export function isAddress(address: string): boolean {
  return address.length <= 254 && ADDRESS.test(address);
}

/** What was typed or pasted: addresses apart by comma, semicolon or line, each with or without a name. */
export function parsePeople(typed: string): Person[] {
  return typed
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const named = /^"?([^"<]*?)"?\s*<([^<>]*)>$/.exec(part);
      return named === null ? { address: part, name: "" } : { address: (named[2] ?? "").trim(), name: (named[1] ?? "").trim() };
    });
}

/** Both lists together, every address once. */
export function joined(held: readonly Person[], more: readonly Person[]): Person[] {
  return [...new Map([...held, ...more].map((person) => [person.address.toLowerCase(), person])).values()];
}

export function personText({ name, address }: Person): string {
  return name === "" ? address : `${name} <${address}>`;
}

/** Addresses in a message's details: every field may be missing or of another type. */
export function readPeople(value: unknown): Person[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.flatMap((each: unknown) => {
    if (typeof each === "string") return parsePeople(each);
    if (typeof each !== "object" || each === null || !("address" in each) || typeof each.address !== "string") return [];
    return [{ address: each.address, name: "name" in each && typeof each.name === "string" ? each.name : "" }];
  });
}
