import assert from "node:assert/strict";
import { test } from "node:test";

import { commandLine, type Shell, shellOf } from "../src/pure/shell";

const SHELLS: [string, boolean, Shell][] = [
  ["/bin/bash", false, "posix"],
  ["/usr/bin/pwsh", false, "powershell"],
  ["C:\\Windows\\System32\\cmd.exe", true, "cmd"],
  ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", true, "powershell"],
  ["C:\\Program Files\\Git\\bin\\bash.exe", true, "posix"],
  ["", true, "cmd"],
];

for (const [file, windows, expected] of SHELLS) {
  test(`the shell ${file || "of Windows"}`, () => { assert.equal(shellOf(file, windows), expected); });
}

const LINES: [string[], Shell, string][] = [
  [["/usr/bin/fairlead", "doctor"], "posix", "/usr/bin/fairlead doctor"],
  [["/it's here/$(x)/fairlead", "doctor"], "posix", "'/it'\\''s here/$(x)/fairlead' doctor"],
  [["C:\\my tools\\fairlead.exe", "doctor"], "cmd", '"C:\\my tools\\fairlead.exe" doctor'],
  [["C:\\it's\\fairlead.exe", "doctor"], "powershell", "& 'C:\\it''s\\fairlead.exe' doctor"],
  [["fairlead", "a b"], "powershell", "fairlead 'a b'"],
];

for (const [words, shell, expected] of LINES) {
  test(`${shell}: ${expected}`, () => { assert.equal(commandLine(words, shell), expected); });
}
