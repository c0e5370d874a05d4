// Runs a script in every workspace that has it. npm calls itself by name otherwise, and the launcher
// of the Node wheel does not resolve; `npm_execpath` is the script of the npm that runs now.
import { spawnSync } from "node:child_process";

const npm = process.env.npm_execpath;
const [script] = process.argv.slice(2);
const result = spawnSync(process.execPath, [npm, "run", script, "--workspaces", "--if-present"], { stdio: "inherit" });
process.exit(result.status ?? 1);
