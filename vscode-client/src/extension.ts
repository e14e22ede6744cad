/** fairlead for VS Code: starts the server, hands it settings, shows its state. */

import { commands, type ExtensionContext, languages, type TextDocument, window, workspace } from "vscode";

import { type Parts, registerCommands } from "./commands";
import { Explanation } from "./explanation";
import { packageToInstall } from "./install";
import { openLogs } from "./logger";
import { announcement } from "./pure/installing";
import { selector } from "./pure/languages";
import { Review } from "./review";
import { Session } from "./session";
import { SECTION, setting } from "./settings";
import { StatusItem } from "./status";

let end: (() => Promise<void>) | undefined;

export function activate(context: ExtensionContext): void {
  const logs = openLogs();
  const status = new StatusItem();
  const review = new Review();
  const session = new Session(context, logs, status, review, () => void offerInstallation(context, status));
  const explanation = new Explanation();
  const parts: Parts = { context, logs, status, session, explanation, review };
  end = async () => {
    await session.stop();
    // Subscriptions end before that, and the log must outlive the server that writes to it.
    logs.main.dispose();
    logs.trace.dispose();
  };
  context.subscriptions.push(status, explanation, review, ...registerCommands(parts));
  watch(parts);
  startFor(session, workspace.textDocuments);
}

/** Ends the server; the editor waits for that. */
export function deactivate(): Promise<void> | undefined {
  return end?.();
}

/** Starts the server once there is a document for it. */
function startFor(session: Session, documents: readonly TextDocument[]): void {
  const wanted = selector(setting<string[]>("additionalLanguages", []));
  if (documents.some((document) => languages.match(wanted, document) > 0)) void session.start();
}

function watch({ context, session, status }: Parts): void {
  context.subscriptions.push(
    workspace.onDidOpenTextDocument((document) => { startFor(session, [document]); }),
    window.onDidChangeActiveTextEditor(() => { status.show(); }),
    // The workspace's interpreter and settings count from now on, and may lead to another server.
    workspace.onDidGrantWorkspaceTrust(() => void session.renew()),
    workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SECTION)) return;
      status.show();
      if (change.affectsConfiguration(`${SECTION}.path`) && session.started()) void session.restart();
    }),
  );
}

/** Tells that there is no server. Where a setting names one, installing another would change nothing. */
async function offerInstallation(context: ExtensionContext, status: StatusItem): Promise<void> {
  const { headline, details } = status.view();
  const absent = status.situation().server === "absent";
  const [install, choose] = ["Install", "Choose Program…"] as const;
  const plan = absent ? [announcement(packageToInstall(context))] : [];
  const text = [`fairlead: ${headline}.`, ...details, ...plan].join(" ");
  const answer = await window.showWarningMessage(text, ...(absent ? [install, choose] : [choose]));
  if (answer === install) await commands.executeCommand("fairlead.install");
  if (answer === choose) await commands.executeCommand("workbench.action.openSettings", "fairlead.path");
}
