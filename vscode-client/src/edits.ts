/** Commands that change the document: imports, repairs, edits by instruction. */

import { type CodeAction, CodeActionKind, commands, type TextEditor, window } from "vscode";
import type { LanguageClient, WorkspaceEdit } from "vscode-languageclient/node";

import type { Proposal } from "./pure/editing";
import { run, runVisibly } from "./requests";
import type { Review } from "./review";

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
  const imports = actions.filter((action) => action.command && action.title.startsWith(IMPORT));
  const typed = { label: "$(edit) Type an import…", action: undefined };
  const offers = imports.map((action) => ({ label: action.title.replaceAll("`", ""), action }));
  const chosen = offers.length > 0 ? await window.showQuickPick([...offers, typed]) : typed;
  const command = chosen?.action?.command;
  if (command) await commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
  else if (chosen) await typeImport(client, editor);
}

async function typeImport(client: LanguageClient, editor: TextEditor): Promise<void> {
  const prompt = "The import is put where it belongs, and merged with what is there.";
  const placeHolder = "from collections import deque";
  const statement = await window.showInputBox({ title: "Add import", prompt, placeHolder });
  if (statement) await run(client, "fairlead.addImport", [editor.document.uri.toString(), [statement]]);
}

/** Has the diagnostic at the cursor repaired; the server has the editor preview the edit. */
export async function repair(client: LanguageClient, editor: TextEditor): Promise<void> {
  const { uri, range } = placeOf(client, editor);
  await runVisibly(client, "looking for a repair", "fairlead.repair", uri, range);
}

/** What is to be edited, as the server takes it. */
export interface Place {
  readonly uri: string;
  readonly range: unknown;
  readonly version?: number;
}

/** Returns what is selected in `editor`, or else the place of the cursor. */
export function placeOf(client: LanguageClient, { document, selection }: TextEditor): Place {
  const convert = client.code2ProtocolConverter;
  return { uri: convert.asUri(document.uri), range: convert.asRange(selection), version: document.version };
}

interface Found extends Proposal {
  readonly edit: WorkspaceEdit;
}

/** Asks for an instruction, and shows what comes of it before it is made. */
export async function edit(client: LanguageClient, review: Review, place: Place): Promise<void> {
  const title = "Edit by instruction";
  const prompt = "What is to be done here? You see the changes before they are made.";
  const placeHolder = "rename total to amount";
  const instruction = await window.showInputBox({ title, prompt, placeHolder });
  if (!instruction) return;
  for (let candidate = 1; ; candidate++) {
    const request = { ...place, instruction, candidate, apply: false };
    const found = (await runVisibly(client, "editing", "fairlead.edit", request)) as Found | undefined;
    if (found === undefined || (await review.make(client, found.edit, found)) !== "another") return;
  }
}
