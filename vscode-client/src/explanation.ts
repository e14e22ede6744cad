/** Shows why the last suggestion is what it is. */

import { type Disposable, EventEmitter, languages, Uri, ViewColumn, window, workspace } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { run } from "./requests";

const SCHEME = "fairlead";
/** How such a document looks is said in the manifest, by this. */
const LANGUAGE = "fairlead-explanation";
const PLACE = Uri.from({ scheme: SCHEME, path: "Explanation of the last suggestion" });

/** A document of the editor that nobody can change and nobody is asked to save. */
export class Explanation implements Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private text = "";
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: () => this.text,
  });

  async show(client: LanguageClient): Promise<void> {
    this.text = String(await run(client, "fairlead.explain"));
    this.changed.fire(PLACE);
    const document = await languages.setTextDocumentLanguage(await workspace.openTextDocument(PLACE), LANGUAGE);
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
