import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, mismatch } from "../src/pure/version";

const CASES: [string, string, string][] = [
  ["0.1.0", "0.1.0", "fits"],
  ["0.1.0", "0.1.7.dev1", "fits"],
  ["0.2.0", "0.1.9", "serverOlder"],
  ["0.9.0", "0.10.0", "serverNewer"],
  ["1.0.0", "0.10.0", "serverOlder"],
];

for (const [client, server, expected] of CASES) {
  test(`${client} and ${server}: ${expected}`, () => { assert.equal(fit(client, server), expected); });
}

test("the user is told which of the two to update", () => {
  assert.match(mismatch("0.2.0", "0.1.0") ?? "", /extension is fairlead 0\.2\.0, the server is 0\.1\.0; the server should/);
  assert.match(mismatch("0.1.0", "0.2.0") ?? "", /the extension should be updated/);
  assert.equal(mismatch("0.1.0", "0.1.2"), undefined);
  assert.equal(mismatch("0.1.0", undefined), undefined);
});
