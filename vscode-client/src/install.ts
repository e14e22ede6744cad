/** Installs the server into an environment of its own. */

import { execFile, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
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
import { isRecent, news, OLDEST, requirement, type Step, steps, TELL_VERSION } from "./pure/installing";
import { selectedInterpreter } from "./python";
import { ownEnvironment, WINDOWS } from "./server";
import { setting } from "./settings";

const run = promisify(execFile);

/** Returns whether it was installed; the user may cancel. Throws when it cannot be. */
export async function install(context: ExtensionContext, logs: Logs): Promise<boolean> {
  const python = await basePython(logs);
  const version = (context.extension.packageJSON as { version: string }).version;
  const wanted = requirement(setting("package", "fairlead[llama]"), version);
  const folder = ownEnvironment(context);
  const go = "Install";
  const detail = `pip install ${wanted}\n\ninto ${folder}, with ${python}. This needs about 300 MB and, to compile llama.cpp, a C++ compiler and some minutes.`;
  if ((await window.showInformationMessage("Install the fairlead server?", { modal: true, detail }, go)) !== go) {
    return false;
  }
  await mkdir(context.globalStorageUri.fsPath, { recursive: true });
  const title = "fairlead: installing the server";
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      try {
        for (const step of steps(python, folder, wanted, WINDOWS)) await take(step, progress, token, logs);
        return true;
      } catch (error) {
        // Half an environment would be taken for the whole.
        await rm(folder, { recursive: true, force: true });
        if (error instanceof CancellationError) return false;
        throw error;
      }
    },
  );
}

/** Returns an interpreter that can make environments. */
async function basePython(logs: Logs): Promise<string> {
  const selected = workspace.isTrusted ? await selectedInterpreter(undefined, logs) : undefined;
  const candidates = [selected, ...(WINDOWS ? ["py", "python"] : ["python3", "python"])];
  for (const candidate of candidates) {
    if (candidate !== undefined && (await isUsable(candidate))) return candidate;
  }
  throw new Error(`there is no Python ${OLDEST.join(".")} or later; install one, then try again`);
}

async function isUsable(python: string): Promise<boolean> {
  try {
    return isRecent((await run(python, TELL_VERSION, { timeout: 20_000 })).stdout);
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
    const child = spawn(step.command, [...step.args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const cancelled = token.onCancellationRequested(() => child.kill());
    let last = "";
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface({ input: stream }).on("line", (line) => {
        logs.main.info(line);
        if (line.trim() !== "") last = line.trim();
        const message = news(line);
        if (message !== undefined) progress.report({ message });
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      cancelled.dispose();
      if (token.isCancellationRequested) reject(new CancellationError());
      else if (code === 0) resolve();
      else reject(new Error(`${step.title} failed: ${last}`));
    });
  });
}
