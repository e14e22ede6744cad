import assert from "node:assert/strict";
import { test } from "node:test";

import { type Clues, locate, type System } from "../src/pure/locate";

const NONE: Clues = { setting: "", interpreter: undefined, path: "", installed: "/own" };

function system(...programs: string[]): System {
  return { windows: false, home: "/home/me", isProgram: (file) => programs.includes(file) };
}

const ALL = system("/set/fairlead", "/venv/bin/fairlead", "/usr/bin/fairlead", "/own/bin/fairlead");
const EVERYTHING: Clues = {
  setting: "/set/fairlead",
  interpreter: "/venv/bin/python",
  path: "/bin:/usr/bin",
  installed: "/own",
};

const CASES: [string, Clues, System, string | undefined, string | undefined][] = [
  ["the setting goes first", EVERYTHING, ALL, "/set/fairlead", "setting"],
  ["then the interpreter", { ...EVERYTHING, setting: "" }, ALL, "/venv/bin/fairlead", "interpreter"],
  ["then the PATH", { ...NONE, path: "/bin:/usr/bin" }, ALL, "/usr/bin/fairlead", "PATH"],
  ["then what was installed", NONE, ALL, "/own/bin/fairlead", "installed"],
  ["an interpreter without it", { ...EVERYTHING, setting: "" }, system("/own/bin/fairlead"), "/own/bin/fairlead", "installed"],
  ["there may be none", NONE, system(), undefined, undefined],
  ["a relative entry of the PATH is the workspace", { ...NONE, path: ".:bin" }, system("bin/fairlead", "fairlead"), undefined, undefined],
  ["the setting names an interpreter", { ...NONE, setting: "/venv/bin/python3.11" }, ALL, "/venv/bin/fairlead", "setting"],
  ["the setting names an environment", { ...NONE, setting: "/venv" }, ALL, "/venv/bin/fairlead", "setting"],
  ["the setting is in the home folder", { ...NONE, setting: "~/fairlead" }, system("/home/me/fairlead"), "/home/me/fairlead", "setting"],
];

for (const [name, clues, where, file, origin] of CASES) {
  test(name, () => {
    const found = locate(clues, where);
    assert.equal(found?.file, file);
    assert.equal(found?.origin, origin);
  });
}

test("a setting that leads nowhere is told, and nothing else is taken", () => {
  assert.throws(() => locate({ ...EVERYTHING, setting: "/gone/fairlead" }, ALL), /there is no fairlead at \/gone\/fairlead/);
  assert.throws(() => locate({ ...EVERYTHING, setting: "/usr/bin/python" }, system("/usr/bin/python")), /there is no fairlead/);
});
