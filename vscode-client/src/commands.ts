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
import type { Review } from "./review";
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
  readonly review: Review;
}

type Action = (parts: Parts, argument: unknown) => unknown;

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
  editSelection: (parts) => edits.edit(running(parts), parts.review, edits.placeOf(running(parts), editor())),
  // The server's code action, which says what is to be edited; this name is told to the server.
  editWithInstruction: (parts, place) => edits.edit(running(parts), parts.review, place as edits.Place),
  chooseModel: (parts) => chooseModel(program(parts)),
  restart: ({ session }) => session.restart(),
  doctor: (parts) => { inTerminal([program(parts).file, "doctor"]); },
  install: reinstall,
  showLog: ({ logs }) => { logs.main.show(true); },
};

/** Registers all commands. What goes wrong in one is told in words. */
export function registerCommands(parts: Parts): Disposable[] {
  return Object.entries(ACTIONS).map(([name, action]) =>
    commands.registerCommand(`${SECTION}.${name}`, async (argument: unknown) => {
      try {
        await action(parts, argument);
      } catch (error) {
        parts.logs.main.error(`${name}: ${reason(error)}`);
        void window.showErrorMessage(`fairlead: ${reason(error)}`);
      }
    }),
  );
}

async function reinstall({ context, logs, session, status }: Parts): Promise<void> {
  const { server } = status.situation();
  // A program that runs cannot be replaced on every system; another one may go on.
  const own = session.program?.origin === "installed";
  let installed = false;
  try {
    installed = await install(context, logs, (work) => {
      if (own || server !== "running") status.update({ server: "installing" });
      return own ? session.pause(work) : work();
    });
  } finally {
    if (installed || own) await session.restart();
    else if (status.situation().server === "installing") status.update({ server });
  }
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
