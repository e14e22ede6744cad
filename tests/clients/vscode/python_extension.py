"""Stands in for the Python extension, which no registry of packages carries.

It names the interpreter that is selected, and shows what a type checker finds in a saved file. Once
it was started, the file `STARTED` lies beside it.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

STARTED = "started"

_MANIFEST = {
    "name": "python",
    "publisher": "ms-python",
    "version": "0.0.1",
    "engines": {"vscode": "^1.91.0"},
    "main": "./main.js",
    "activationEvents": ["onLanguage:python"],
}
_CODE = """
const { execFile } = require("child_process");
const { writeFileSync } = require("fs");
const vscode = require("vscode");

const [interpreter, checker] = WORDS;
const found = vscode.languages.createDiagnosticCollection("types");

function check(document) {
  if (document.languageId !== "python" || document.uri.scheme !== "file") return;
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const file = document.uri.fsPath;
  const words = ["check", "--output-format=gitlab", "--python", interpreter, file];
  execFile(checker, words, { cwd: folder }, (_failure, output) => {
    found.set(document.uri, JSON.parse(output).map(diagnostic));
  });
}

function diagnostic({ check_name, description, location }) {
  const { begin, end } = location.positions;
  const range = [begin.line - 1, begin.column - 1, end.line - 1, end.column - 1];
  const text = description.replace(/^.*?: /, "");
  const shown = new vscode.Diagnostic(new vscode.Range(...range), text);
  return Object.assign(shown, { source: "ty", code: check_name });
}

exports.activate = (context) => {
  writeFileSync(context.asAbsolutePath("STARTED"), "");
  vscode.workspace.textDocuments.forEach(check);
  vscode.workspace.onDidOpenTextDocument(check);
  vscode.workspace.onDidSaveTextDocument(check);
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: "here", path: "here" }),
      resolveEnvironment: async () => ({ executable: { uri: vscode.Uri.file(interpreter) } }),
      onDidChangeActiveEnvironmentPath: new vscode.EventEmitter().event,
    },
  };
};
"""


def package(folder: Path) -> Path:
    """Make the extension in `folder`; return its file."""
    words = json.dumps([sys.executable, str(Path(sys.executable).with_name("ty"))])
    path = folder / "python.vsix"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("extension/package.json", json.dumps(_MANIFEST))
        archive.writestr(
            "extension/main.js", _CODE.replace("WORDS", words).replace("STARTED", STARTED)
        )
    return path
