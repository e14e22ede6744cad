/** What the user can have done, by name. */

import { commands, ConfigurationTarget, type Disposable, env, type ExtensionContext, window, workspace } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import * as edits from "./edits";
import type { Explanation } from "./explanation";
import { install } from "./install";
import { type Logs, reason } from "./logger";
import { showMenu } from "./menu";
import { chooseModel } from "./models";
import { flipped } from "./pure/options";
import type { Program } from "./pure/locate";
import { commandLine, shellOf } from "./pure/shell";
import { WINDOWS } from "./server";
import type { Session } from "./session";
import { SECTION, setting } from "./settings";
import type { StatusItem } from "./status";

/** What the commands work on. */
export interface Parts {
  readonly context: ExtensionContext;
  readonly logs: Logs;
  readonly status: StatusItem;
  readonly session: Session;
  readonly explanation: Explanation;
}

type Action = (parts: Parts) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  menu: ({ status }) => showMenu(status),
  toggle: () => change("enabled", !setting("enabled", true)),
  toggleLanguage,
  suggest: () => commands.executeCommand("editor.action.inlineSuggest.trigger"),
  acceptWord: () => commands.executeCommand("editor.action.inlineSuggest.acceptNextWord"),
  acceptLine: () => commands.executeCommand("editor.action.inlineSuggest.acceptNextLine"),
  explainLast: (parts) => parts.explanation.show(running(parts)),
  importName: (parts) => edits.addImport(running(parts), editor()),
  repairDiagnostic: (parts) => edits.repair(running(parts), editor()),
  editSelection: (parts) => edits.edit(running(parts), editor()),
  chooseModel: (parts) => chooseModel(program(parts)),
  restart: ({ session }) => session.restart(),
  doctor: (parts) => { inTerminal([program(parts).file, "doctor"]); },
  install: async ({ context, logs, session }) => {
    if (await install(context, logs)) await session.restart();
  },
  showLog: ({ logs }) => { logs.main.show(true); },
};

/** Registers all commands. What goes wrong in one is told in words. */
export function registerCommands(parts: Parts): Disposable[] {
  return Object.entries(ACTIONS).map(([name, action]) =>
    commands.registerCommand(`${SECTION}.${name}`, async () => {
      try {
        await action(parts);
      } catch (error) {
        parts.logs.main.error(`${name}: ${reason(error)}`);
        void window.showErrorMessage(`fairlead: ${reason(error)}`);
      }
    }),
  );
}

async function toggleLanguage(): Promise<void> {
  const language = window.activeTextEditor?.document.languageId;
  if (language === undefined) throw new Error("no document is shown");
  await change("disabledLanguages", flipped(setting<string[]>("disabledLanguages", []), language));
}

async function change(name: string, value: unknown): Promise<void> {
  const stated = workspace.getConfiguration(SECTION).inspect(name);
  // Where the workspace states it, another value for the user would change nothing.
  const target = stated?.workspaceValue === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
  await workspace.getConfiguration(SECTION).update(name, value, target);
}

function running({ session }: Parts): LanguageClient {
  const client = session.running();
  if (client === undefined) throw new Error("the server does not run; the log says why");
  return client;
}

function program({ session }: Parts): Program {
  if (session.program === undefined) throw new Error("there is no server yet; open a Python file, or install it");
  return session.program;
}

function editor(): NonNullable<typeof window.activeTextEditor> {
  if (window.activeTextEditor === undefined) throw new Error("no document is shown");
  return window.activeTextEditor;
}

function inTerminal(words: readonly string[]): void {
  const terminal = window.createTerminal("fairlead");
  terminal.show();
  terminal.sendText(commandLine(words, shellOf(env.shell, WINDOWS)));
}
