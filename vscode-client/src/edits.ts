/** Commands that change the document: imports, repairs, edits by instruction. */

import {
  type CodeAction,
  CodeActionKind,
  commands,
  ProgressLocation,
  type TextEditor,
  window,
  workspace,
} from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { run } from "./requests";

/** How the server's action for an import is called. */
const IMPORT = "Add `";
const MOST_ACTIONS = 20;

/** Offers the imports that the name at the cursor can come from, and to type one. */
export async function addImport(client: LanguageClient, editor: TextEditor): Promise<void> {
  const { document, selection } = editor;
  const actions = await commands.executeCommand<CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    selection,
    CodeActionKind.QuickFix.value,
    MOST_ACTIONS,
  );
  const imports = actions.filter((action) => action.edit && action.title.startsWith(IMPORT));
  const typed = { label: "$(edit) Type an import…", action: undefined };
  const offers = imports.map((action) => ({ label: action.title.replaceAll("`", ""), action }));
  const chosen = offers.length > 0 ? await window.showQuickPick([...offers, typed]) : typed;
  if (chosen?.action?.edit) await workspace.applyEdit(chosen.action.edit);
  else if (chosen) await typeImport(client, editor);
}

async function typeImport(client: LanguageClient, editor: TextEditor): Promise<void> {
  const prompt = "The import is put where it belongs, and merged with what is there.";
  const placeHolder = "from collections import deque";
  const statement = await window.showInputBox({ title: "Add import", prompt, placeHolder });
  if (statement) await run(client, "fairlead.addImport", editor.document.uri.toString(), [statement]);
}

/** Has the diagnostic at the cursor repaired; the server asks the editor to preview the edit. */
export async function repair(client: LanguageClient, editor: TextEditor): Promise<void> {
  await working("Looking for a repair", client, "fairlead.repair", editor);
}

/** Asks for an instruction, and has the selection edited by it, with a preview. */
export async function edit(client: LanguageClient, editor: TextEditor): Promise<void> {
  const prompt = "What is to be done with the selection?";
  const instruction = await window.showInputBox({ title: "Edit by instruction", prompt });
  if (instruction) await working("Editing", client, "fairlead.edit", editor, instruction);
}

async function working(
  title: string,
  client: LanguageClient,
  command: string,
  editor: TextEditor,
  ...more: unknown[]
): Promise<void> {
  const range = client.code2ProtocolConverter.asRange(editor.selection);
  const uri = client.code2ProtocolConverter.asUri(editor.document.uri);
  await window.withProgress({ location: ProgressLocation.Window, title: `fairlead: ${title}` }, () =>
    run(client, command, uri, range, ...more),
  );
}
