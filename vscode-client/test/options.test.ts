import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, flipped, forServer, serverName, type Stated } from "../src/pure/options";

const NAMES: [string, string][] = [
  ["model", "model"],
  ["maxNewTokens", "max_new_tokens"],
  ["memoryLimitMb", "memory_limit_mb"],
];

test("names are those of the server", () => {
  for (const [name, expected] of NAMES) assert.equal(serverName(name), expected);
});

test("what is not stated, and what is for the extension alone, is not told", () => {
  const values = new Map<string, unknown>([
    ["path", "/x"],
    ["enabled", false],
    ["trace.server", "verbose"],
    ["guided", false],
    ["maxNewTokens", undefined],
    ["idleMinutes", 0],
  ]);
  assert.deepEqual(forServer(values), { guided: false, idle_minutes: 0 });
});

const everywhere: Stated = { globalValue: 1, workspaceValue: 2, workspaceFolderValue: 3 };
const VALUES: [string, Stated | undefined, boolean, unknown][] = [
  ["the folder goes first", everywhere, false, 3],
  ["then the workspace", { globalValue: 1, workspaceValue: 2 }, false, 2],
  ["then the user", { globalValue: 1 }, false, 1],
  ["defaults are left to the server", {}, false, undefined],
  ["null states nothing", { globalValue: null }, false, undefined],
  ["nor does an empty text", { globalValue: "" }, false, undefined],
  ["a workspace can say no", { globalValue: true, workspaceValue: false }, false, false],
  ["a workspace that is not trusted has no say", everywhere, true, 1],
  ["a setting that is not known", undefined, false, undefined],
];

for (const [name, stated, restricted, expected] of VALUES) {
  test(name, () => { assert.equal(chosen(stated, restricted), expected); });
}

test("an entry is put in or taken out", () => {
  assert.deepEqual(flipped(["c"], "python"), ["c", "python"]);
  assert.deepEqual(flipped(["c", "python"], "c"), ["python"]);
});
