import assert from "node:assert/strict";
import { test } from "node:test";

import { isOn, LANGUAGES, selector } from "../src/pure/languages";
import { readModels } from "../src/pure/models";

test("languages of the user come in addition, and none twice", () => {
  const found = selector(["ruby", "python"]).filter(({ scheme }) => scheme === "file");
  assert.deepEqual(found.map(({ language }) => language), [...LANGUAGES, "ruby"]);
});

test("two switches, one for each language", () => {
  assert.equal(isOn({ enabled: true, disabledLanguages: ["c"] }, "python"), true);
  assert.equal(isOn({ enabled: true, disabledLanguages: ["c"] }, "c"), false);
  assert.equal(isOn({ enabled: false, disabledLanguages: [] }, "python"), false);
});

test("the list of models is read, whatever else is in it", () => {
  const model = { name: "embedded", path: "/m.gguf", megabytes: 9.2, default: true };
  assert.deepEqual(readModels(JSON.stringify([model, null, { name: 1 }])), [model]);
  assert.throws(() => readModels("usage: fairlead"), /does not list its models/);
  assert.throws(() => readModels("{}"), /is not a list/);
});
