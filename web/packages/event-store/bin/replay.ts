/**
 * Reads `{"snapshot": …, "commits": […]}` on standard input and prints the state that a desktop
 * would hold. Run by Node 24 as it is (types are stripped): `node bin/replay.ts < recorded.json`.
 * A test compares it with a fresh snapshot of the server.
 */
import { readFileSync } from "node:fs";
import { applyCommit, fromSnapshot } from "../src/reducer.ts";
import { normalise } from "../src/normalise.ts";
import type { Commit, Snapshot } from "@rapport/api-client";

const recorded = JSON.parse(readFileSync(0, "utf8")) as { snapshot: Snapshot; commits: Commit[] };
const state = recorded.commits.reduce(applyCommit, fromSnapshot(recorded.snapshot));
process.stdout.write(`${JSON.stringify(normalise(state))}\n`);
