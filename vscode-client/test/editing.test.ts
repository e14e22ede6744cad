import assert from "node:assert/strict";
import { test } from "node:test";

import { type Proposal, question } from "../src/pure/editing";

const ONLY: Proposal = { title: "Rename a to b", candidate: 1, candidates: 1, remarks: [] };

const CASES: [string, Proposal | undefined, string[]][] = [
  ["a change", undefined, ["apply", "discard"]],
  ["the only candidate", ONLY, ["apply", "discard"]],
  ["the first of several", { ...ONLY, candidates: 3 }, ["apply", "another", "discard"]],
  ["the last of several", { ...ONLY, candidate: 3, candidates: 3 }, ["apply", "discard"]],
];

for (const [name, proposal, expected] of CASES) {
  test(name, () => {
    const { answers } = question("Rename a to b", proposal);
    assert.deepEqual(answers.map(({ answer }) => answer), expected);
  });
}

test("another one is counted", () => {
  const { answers } = question("Rename a to b", { ...ONLY, candidate: 2, candidates: 3 });
  assert.match(answers[1]?.label ?? "", /another, 3 of 3$/);
});

test("what the user should know is said with the question", () => {
  assert.equal(question("Rename a to b", { ...ONLY, remarks: ["2 strings say a", "1 comment"] }).hint, "2 strings say a; 1 comment");
});
