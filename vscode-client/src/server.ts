/** Finds the server on this machine, and runs its other commands. */

import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { type ExtensionContext, workspace } from "vscode";

import type { Logs } from "./logger";
import { locate, type Program, type System } from "./pure/locate";
import { selectedInterpreter } from "./python";
import { setting } from "./settings";

const run = promisify(execFile);

export const WINDOWS = process.platform === "win32";

const SYSTEM: System = {
  windows: WINDOWS,
  home: homedir(),
  isProgram(file) {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  },
};

/** Returns the folder of the environment that the extension installs the server into. */
export function ownEnvironment(context: ExtensionContext): string {
  return path.join(context.globalStorageUri.fsPath, "server");
}

/** Returns the program, undefined where there is none; throws when the settings name none. */
export async function findServer(context: ExtensionContext, logs: Logs): Promise<Program | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const program = locate(
    {
      setting: setting("path", ""),
      // An interpreter can lie in the workspace.
      interpreter: workspace.isTrusted ? await selectedInterpreter(folder, logs) : undefined,
      path: process.env.PATH ?? "",
      installed: ownEnvironment(context),
    },
    SYSTEM,
  );
  if (program) logs.main.info(`The server is ${program.file} (${program.origin}).`);
  return program;
}

/** Runs a command of the server that ends by itself; returns what it printed. */
export async function ask(program: Program, args: readonly string[]): Promise<string> {
  const limits = { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 };
  return (await run(program.file, [...args], limits)).stdout;
}
