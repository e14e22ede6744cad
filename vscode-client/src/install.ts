/** Installs the server into an environment of its own. */

import { execFile, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import * as readline from "node:readline";
import { promisify } from "node:util";
import {
  type CancellationToken,
  CancellationError,
  type ExtensionContext,
  type Progress,
  ProgressLocation,
  window,
  workspace,
} from "vscode";

import type { Logs } from "./logger";
import { complaint, isRecent, news, OLDEST, requirement, type Step, steps, TELL_VERSION } from "./pure/installing";
import { replace } from "./pure/replacing";
import { selectedInterpreter } from "./python";
import { ownEnvironment, WINDOWS } from "./server";
import { setting } from "./settings";

const run = promisify(execFile);

/** Returns what pip is asked for. */
export function packageToInstall(context: ExtensionContext): string {
  const { version } = context.extension.packageJSON as { version: string };
  return requirement(setting("package", "fairlead[llama]"), version);
}

/**
 * Returns whether it was installed; the user may cancel. Throws when it cannot be. An installation that is there is
 * kept then. `during` is handed what touches it.
 */
export async function install(
  context: ExtensionContext,
  logs: Logs,
  during: (work: () => Promise<void>) => Promise<void>,
): Promise<boolean> {
  const wanted = packageToInstall(context);
  const folder = ownEnvironment(context);
  await mkdir(path.dirname(folder), { recursive: true });
  const python = await basePython(path.dirname(folder), logs);
  const title = "fairlead: installing the server";
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      try {
        const work = async (): Promise<void> => {
          for (const step of steps(python, folder, wanted, WINDOWS)) await take(step, progress, token, logs);
        };
        await during(() => replace(folder, work));
        return true;
      } catch (error) {
        if (error instanceof CancellationError) return false;
        throw error;
      }
    },
  );
}

/**
 * Returns an interpreter that can make environments. Windows looks for programs in the current folder first: candidates
 * run in `folder`, which is not the workspace.
 */
async function basePython(folder: string, logs: Logs): Promise<string> {
  const selected = workspace.isTrusted ? await selectedInterpreter(undefined, logs) : undefined;
  const candidates = [selected, ...(WINDOWS ? ["py", "python"] : ["python3", "python"])];
  for (const candidate of candidates) {
    if (candidate !== undefined && (await isUsable(candidate, folder))) return candidate;
  }
  throw new Error(`there is no Python ${OLDEST.join(".")} or later with venv; install them (Debian, Ubuntu: python3-venv), then try again`);
}

async function isUsable(python: string, folder: string): Promise<boolean> {
  try {
    return isRecent((await run(python, TELL_VERSION, { cwd: folder, timeout: 20_000 })).stdout);
  } catch {
    return false;
  }
}

function take(
  step: Step,
  progress: Progress<{ message: string }>,
  token: CancellationToken,
  logs: Logs,
): Promise<void> {
  progress.report({ message: step.title });
  logs.main.info(`${step.command} ${step.args.join(" ")}`);
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PIP_USER: "0" };
    const child = spawn(step.command, [...step.args], { cwd: step.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const cancelled = token.onCancellationRequested(() => child.kill());
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface({ input: stream }).on("line", (line) => {
        logs.main.info(line);
        said.push(line);
        const message = news(line);
        if (message !== undefined) progress.report({ message });
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      cancelled.dispose();
      if (token.isCancellationRequested) reject(new CancellationError());
      else if (code === 0) resolve();
      else reject(new Error(`${step.title} failed: ${complaint(said)}`));
    });
  });
}
