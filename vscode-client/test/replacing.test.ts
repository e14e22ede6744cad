import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";

import { replace } from "../src/pure/replacing";

/** What is at the place, what the attempt leaves there, whether it fails, and what is there afterwards. */
const CASES: [string, Record<string, string>, string, boolean, Record<string, string>][] = [
  ["a first one is made", {}, "new", false, { server: "new" }],
  ["a first one that fails leaves nothing", {}, "half", true, {}],
  ["another one replaces the former", { server: "old" }, "new", false, { server: "new" }],
  ["the former comes back", { server: "old" }, "half", true, { server: "old" }],
  ["nothing was made at all", { server: "old" }, "", true, { server: "old" }],
  ["the last attempt was interrupted", { server: "half", "server.former": "old" }, "new", false, { server: "new" }],
  ["and this one fails", { server: "half", "server.former": "old" }, "half", true, { server: "old" }],
];

for (const [name, before, made, fails, after] of CASES) {
  test(name, async () => {
    const home = await mkdtemp(path.join(tmpdir(), "replace-"));
    try {
      for (const [folder, file] of Object.entries(before)) await make(path.join(home, folder), file);
      const attempt = replace(path.join(home, "server"), async () => {
        if (made !== "") await make(path.join(home, "server"), made);
        if (fails) throw new Error("no room");
      });
      await (fails ? assert.rejects(attempt, /no room/) : attempt);
      assert.deepEqual(await found(home), after);
    } finally {
      await rm(home, { recursive: true });
    }
  });
}

async function make(folder: string, file: string): Promise<void> {
  await mkdir(folder);
  await writeFile(path.join(folder, file), "");
}

/** Returns each folder with the file in it. */
async function found(home: string): Promise<Record<string, string>> {
  const folders = await readdir(home);
  const entries = folders.map(async (folder) => [folder, (await readdir(path.join(home, folder))).join()]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}
