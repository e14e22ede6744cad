/** fairlead for VS Code: starts the server, hands it settings, shows its state. */

import { commands, type ExtensionContext, languages, type TextDocument, window, workspace } from "vscode";

import { tellOfSettings } from "./client";
import { type Parts, registerCommands } from "./commands";
import { Explanation } from "./explanation";
import { type Logs, openLogs } from "./logger";
import { selector } from "./pure/languages";
import { interpreterChanged } from "./python";
import { Session } from "./session";
import { SECTION, setting } from "./settings";
import { StatusItem } from "./status";

export async function activate(context: ExtensionContext): Promise<void> {
  const logs = openLogs();
  const status = new StatusItem();
  const session = new Session(context, logs, status, () => void offerInstallation(status));
  const explanation = new Explanation();
  const parts: Parts = { context, logs, status, session, explanation };
  context.subscriptions.push(logs.main, logs.trace, status, explanation, session, ...registerCommands(parts));
  watch(parts);
  startFor(session, workspace.textDocuments);
  await watchInterpreter(parts, logs);
}

/** Starts the server once there is a document for it. */
function startFor(session: Session, documents: readonly TextDocument[]): void {
  const wanted = selector(setting<string[]>("additionalLanguages", []));
  if (documents.some((document) => languages.match(wanted, document) > 0)) void session.start();
}

function watch({ context, session, status }: Parts): void {
  const ask = (): void => {
    const client = session.running();
    if (client) void tellOfSettings(client);
  };
  context.subscriptions.push(
    workspace.onDidOpenTextDocument((document) => { startFor(session, [document]); }),
    window.onDidChangeActiveTextEditor(() => { status.show(); }),
    workspace.onDidGrantWorkspaceTrust(ask),
    workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SECTION)) return;
      status.show();
      if (change.affectsConfiguration(`${SECTION}.path`) && session.started()) void session.restart();
    }),
  );
}

async function watchInterpreter({ context, session }: Parts, logs: Logs): Promise<void> {
  const changed = await interpreterChanged();
  if (changed === undefined) return;
  const listener = changed(() => {
    logs.main.info("Another interpreter was selected.");
    const client = session.running();
    if (client) void tellOfSettings(client);
    else if (session.started()) void session.restart();
  });
  context.subscriptions.push(listener);
}

async function offerInstallation(status: StatusItem): Promise<void> {
  const { headline, details } = status.view();
  const [install, choose, later] = ["Install", "Choose Program…", "Not Now"] as const;
  const text = [`fairlead: ${headline}.`, ...details].join(" ");
  const answer = await window.showWarningMessage(text, install, choose, later);
  if (answer === install) await commands.executeCommand("fairlead.install");
  if (answer === choose) await commands.executeCommand("workbench.action.openSettings", "fairlead.path");
}
