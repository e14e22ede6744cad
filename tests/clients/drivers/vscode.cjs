// Prints the capabilities that VS Code's client states: node vscode.cjs FOLDER-OF-NODE_MODULES
//
// The client is the real one. The editor's API, on which it is built, is not there without VS Code;
// in its place is an object of which any member can be read, called and constructed. What the
// client states does not depend on it.

const Module = require("module");
const path = require("path");

class EventEmitter {
  event = () => ({ dispose() {} });
  fire() {}
  dispose() {}
}

// The client's own classes extend these.
const Base = class {};
const BASES = [
  "CallHierarchyItem", "CodeAction", "CodeLens", "CompletionItem", "Diagnostic", "Disposable",
  "DocumentLink", "InlayHint", "SymbolInformation", "TypeHierarchyItem",
];
const REAL = {
  EventEmitter,
  CancellationError: Error,
  version: "1.106.0",
  ...Object.fromEntries(BASES.map((name) => [name, Base])),
};

function anything() {
  const answers = { get: member, apply: anything, construct: anything };
  return new Proxy(function () {}, answers);
}

function member(target, key) {
  if (key === Symbol.toPrimitive) return () => "";
  if (key === Symbol.iterator) return function* () {};
  return anything();
}

const vscode = new Proxy(REAL, { get: (real, key) => (key in real ? real[key] : anything()) });
const load = Module._load;
Module._load = function (request, ...others) {
  return request === "vscode" ? vscode : load.call(this, request, ...others);
};

const library = path.join(process.argv[2], "vscode-languageclient", "lib", "node", "main.js");
const { LanguageClient } = require(library);
const options = { documentSelector: [{ language: "python" }], outputChannel: anything() };
const client = new LanguageClient("fairlead", "fairlead", { command: "fairlead" }, options);
console.log(JSON.stringify(client.computeClientCapabilities()));
process.exit();
