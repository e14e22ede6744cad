import assert from "node:assert/strict";
import { test } from "node:test";

import { replaced, type Replacement } from "../src/pure/texts";

function put(start: number, end: number, text: string): Replacement {
  return { start, end, text };
}

const CASES: [Replacement[], string][] = [
  [[], "abc"],
  [[put(1, 2, "xy")], "axyc"],
  [[put(2, 3, ""), put(0, 1, "A")], "Ab"],
  [[put(1, 1, "1"), put(1, 1, "2")], "a12bc"],
  [[put(1, 2, "B"), put(1, 1, "1")], "a1Bc"],
  [[put(3, 3, "d"), put(0, 0, "_")], "_abcd"],
];

for (const [replacements, expected] of CASES) {
  test(expected, () => { assert.equal(replaced("abc", replacements), expected); });
}
