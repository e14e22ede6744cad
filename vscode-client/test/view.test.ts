import assert from "node:assert/strict";
import { test } from "node:test";

import { type ServerStatus, type Situation, view } from "../src/pure/view";

const READY: ServerStatus = { state: "ready", model: "small", message: "", latencyMs: null, tokensPerSecond: null };
const RUNNING: Situation = { server: "running", status: READY, enabled: true };

const CASES: [Situation, string, string, string][] = [
  [{ server: "waiting", enabled: true }, "shield", "Waits for a file in a language that it completes", "none"],
  [{ server: "absent", enabled: true }, "warning", "The server is not installed", "warning"],
  [{ server: "installing", enabled: true }, "sync~spin", "The server is being installed", "none"],
  [{ server: "starting", enabled: true }, "sync~spin", "The server is starting", "none"],
  [{ server: "stopped", enabled: false }, "warning", "The server does not run", "error"],
  [{ server: "running", enabled: true }, "sync~spin", "Loading the model", "none"],
  [RUNNING, "shield", "Ready", "none"],
  [{ ...RUNNING, status: { ...READY, state: "busy" } }, "sync~spin", "Writing a suggestion", "none"],
  [{ ...RUNNING, status: { ...READY, state: "failed" } }, "warning", "The model cannot be used", "error"],
  [{ ...RUNNING, enabled: false }, "circle-slash", "Switched off", "none"],
  [{ ...RUNNING, language: "c", languageOff: true }, "circle-slash", "Switched off for c", "none"],
  [{ ...RUNNING, remark: "Update it." }, "warning", "Ready", "warning"],
];

for (const [situation, icon, headline, severity] of CASES) {
  test(`${headline}, ${severity}`, () => {
    const shown = view(situation);
    assert.equal(shown.text, `$(${icon}) fairlead`);
    assert.equal(shown.headline, headline);
    assert.equal(shown.severity, severity);
  });
}

test("details are those that are known", () => {
  const status = { ...READY, latencyMs: 81.4, tokensPerSecond: 204.6 };
  const remark = "Update it.";
  assert.deepEqual(view({ ...RUNNING, status, version: "0.1.0", remark }).details, [
    "Update it.",
    "Model: small",
    "Last suggestion: 81 ms, 205 tokens per second",
    "Server: 0.1.0",
  ]);
  assert.deepEqual(view({ ...RUNNING, status: { ...READY, state: "failed", message: "no file" } }).details, ["no file"]);
});
