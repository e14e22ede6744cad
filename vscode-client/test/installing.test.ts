import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";

import { complaint, isRecent, news, requirement, steps, TELL_VERSION } from "../src/pure/installing";

const VERSIONS: [string, boolean][] = [["3.10\n", true], ["3.14", true], ["3.9", false], ["4.0", true], ["2.7", false], ["", false]];

test("Python is recent enough or is not", () => {
  for (const [output, expected] of VERSIONS) assert.equal(isRecent(output), expected, output);
});

const REQUIREMENTS: [string, string][] = [
  ["fairlead[llama]", "fairlead[llama]==0.1.0"],
  ["fairlead", "fairlead==0.1.0"],
  ["fairlead[llama]>=0.1", "fairlead[llama]>=0.1"],
  ["/src/fairlead[llama]", "/src/fairlead[llama]"],
  ["fairlead @ git+https://example.org/fairlead", "fairlead @ git+https://example.org/fairlead"],
];

for (const [wanted, expected] of REQUIREMENTS) {
  test(`pip is asked for ${expected}`, () => { assert.equal(requirement(wanted, "0.1.0"), expected); });
}

test("pip runs in the environment that was made", () => {
  const [make, fill] = steps("python3", "/mine/own", "fairlead", false);
  assert.deepEqual([make?.command, make?.args], ["python3", ["-m", "venv", "/mine/own"]]);
  assert.equal(fill?.command, "/mine/own/bin/python");
  assert.equal(fill.args.at(-1), "fairlead");
});

test("modules of the workspace are not taken for those of Python", () => {
  const folders = steps("python3", "/mine/own", "fairlead", false).map((step) => step.folder);
  assert.deepEqual(folders, ["/mine", "/mine"]);
});

test("the version is told without modules of the current folder", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "fairlead-"));
  try {
    for (const name of ["venv", "ensurepip"]) writeFileSync(path.join(folder, `${name}.py`), "open('ran', 'w')");
    const { error } = spawnSync("python3", TELL_VERSION, { cwd: folder });
    assert.equal(error, undefined);
    assert.ok(!existsSync(path.join(folder, "ran")));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const NEWS: [string, string | undefined][] = [
  ["  Downloading numpy-2.4.6-cp311-linux_x86_64.whl (16.6 MB)", "downloading numpy-2.4.6-cp311-linux_x86_64.whl, 16.6 MB"],
  ["  Downloading https://host/x/jedi-0.20.1.whl (1.5 MB)", "downloading jedi-0.20.1.whl, 1.5 MB"],
  ["Building wheels for collected packages: llama-cpp-python", undefined],
  ["  Building wheel for llama-cpp-python (pyproject.toml): started", "building llama-cpp-python; this takes minutes"],
  ["Installing collected packages: numpy, jedi", "installing packages"],
  ["Successfully installed numpy-2.4.6", undefined],
];

for (const [line, expected] of NEWS) {
  test(line.trim(), () => { assert.equal(news(line), expected); });
}

const COMPLAINTS: [string[], RegExp][] = [
  [["Collecting x", "ERROR: No matching distribution found for x", "", "note: this is no bug"], /^ERROR: No matching/],
  [["  ERROR: Failed building wheel for llama-cpp-python", "error: failed-wheel-build-for-install"], /C\+\+ compiler/],
  [["Error: [Errno 28] No space left on device: '/own'"], /No space left/],
  [["nothing of that kind", " "], /^nothing of that kind$/],
  [[], /did not say/],
];

for (const [lines, expected] of COMPLAINTS) {
  test(`complaint ${expected.source}`, () => { assert.match(complaint(lines), expected); });
}
