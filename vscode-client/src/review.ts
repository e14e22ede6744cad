/** Changes that the user is to see before they are made: a comparison, and a question. */

import {
  commands,
  type Disposable,
  type TabGroup,
  type TextDocument,
  type TextEdit,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from "vscode";
import type { LanguageClient, TextDocumentEdit, WorkspaceEdit as Change } from "vscode-languageclient/node";

import { type Answer, type Proposal, question } from "./pure/editing";
import { replaced } from "./pure/texts";

const SCHEME = "fairlead-changes";

interface File {
  readonly document: TextDocument;
  readonly version: number;
  readonly edits: TextEdit[];
  /** The document as it would be. */
  readonly proposed: Uri;
}

/** Whether the server wants a change to be confirmed. */
export function isToBeConfirmed(change: Change | undefined): change is Change {
  return Object.values(change?.changeAnnotations ?? {}).some((annotation) => annotation.needsConfirmation);
}

/**
 * The editor's own preview has the boxes of all changes unchecked when they are to be confirmed, and lets a part of a
 * change be made, which nobody has checked.
 */
export class Review implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => this.texts.get(uri.toString()),
  });
  private count = 0;

  /** Shows a change, and makes it if the user wants that. Returns what the user has answered. */
  async make(client: LanguageClient, change: Change, proposal?: Proposal): Promise<Answer> {
    const changes = (change.documentChanges ?? []).filter((one): one is TextDocumentEdit => "edits" in one);
    const files = await Promise.all(changes.map((one) => this.file(client, one)));
    const title = Object.values(change.changeAnnotations ?? {})[0]?.label ?? "Change";
    try {
      const answer = await ask(title, files, proposal);
      if (answer !== "apply") return answer;
      const edit = new WorkspaceEdit();
      for (const { document, version, edits } of files) {
        if (document.version !== version) throw new Error("the document has changed meanwhile; ask again");
        edit.set(document.uri, edits);
      }
      if (!(await workspace.applyEdit(edit))) throw new Error("the editor does not make the change");
      return answer;
    } finally {
      for (const { proposed } of files) this.texts.delete(proposed.toString());
    }
  }

  private async file(client: LanguageClient, { textDocument, edits }: TextDocumentEdit): Promise<File> {
    const document = await workspace.openTextDocument(client.protocol2CodeConverter.asUri(textDocument.uri));
    const converted = await client.protocol2CodeConverter.asTextEdits(
      edits.flatMap((edit) => ("newText" in edit ? [{ range: edit.range, newText: edit.newText }] : [])),
    );
    const replacements = converted.map(({ range, newText }) => ({
      start: document.offsetAt(range.start),
      end: document.offsetAt(range.end),
      text: newText,
    }));
    // Another number each time: the editor may still have the last text of an address.
    const proposed = document.uri.with({ scheme: SCHEME, query: String(++this.count) });
    this.texts.set(proposed.toString(), replaced(document.getText(), replacements));
    return { document, version: textDocument.version ?? document.version, edits: converted, proposed };
  }

  dispose(): void {
    this.registration.dispose();
  }
}

async function ask(title: string, files: readonly File[], proposal?: Proposal): Promise<Answer> {
  const [first, ...others] = files;
  if (first === undefined) return "discard";
  if (others.length === 0) {
    await commands.executeCommand("vscode.diff", first.document.uri, first.proposed, title);
  } else {
    const pairs = files.map(({ document, proposed }) => [document.uri, document.uri, proposed]);
    await commands.executeCommand("vscode.changes", title, pairs);
  }
  const { hint, answers } = question(title, proposal);
  const chosen = await window.showQuickPick([...answers], { title, placeHolder: hint, ignoreFocusOut: true });
  await window.tabGroups.close(window.tabGroups.all.flatMap((group: TabGroup) => group.tabs.filter((tab) => tab.label === title)));
  return chosen?.answer ?? "discard";
}
