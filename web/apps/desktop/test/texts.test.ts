import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { announcementText } from "../src/features/conversation/announcement-text.ts";
import { complete } from "../src/features/preferences/preferences.ts";
import { codeText } from "../src/shared/error-text.ts";
import { initials } from "../src/shared/people.ts";
import { clock } from "../src/shared/time.ts";
import { snapshot } from "./desk.ts";

const { catalog } = snapshot();

describe("texts", () => {
  it("have a German sentence each", () => {
    const files = ["de.po", "supervision/de.po", "administration/de.po"].map((name) => readFileSync(join(import.meta.dirname, "../src/locales", name), "utf8"));
    const missing = files.flatMap((po) => [...po.matchAll(/^msgid "(.+)"\nmsgstr ""$/gm)].map(([, id]) => id));
    expect(missing).toEqual([]);
  });

  it("word announcements from their code, and never hide an unknown one", () => {
    const named = { ...catalog, agents: [{ id: 2, name: "Bea", roles: [], team_ids: [] }] };
    expect(announcementText({ code: "joined", params: { agent_id: 2 } }, named)).toBe("Bea has joined the chat");
    expect(announcementText({ code: "joined", params: {} }, catalog)).toBe("An agent has joined the chat");
    expect(announcementText({ code: "moon.rose", params: {} }, catalog)).toBe("Event: moon.rose");
  });

  it("name every refusal", () => {
    expect(codeText("offer_expired")).toContain("expired");
    expect(codeText("never_heard_of")).toContain("never_heard_of");
  });

  it("shorten names and times", () => {
    expect(initials("Dana Whitfield")).toBe("DW");
    expect(initials("+44 7700")).toBe("47");
    expect(initials("")).toBe("?");
    expect([clock(14), clock(725), clock(3789)]).toEqual(["0:14", "12:05", "1:03:09"]);
  });

  it("survive broken stored preferences", () => {
    expect(complete({ theme: 7, sound: "loud", shortcuts: null })).toMatchObject({ theme: "auto", sound: { silent: false }, shortcuts: { enabled: true } });
  });
});
