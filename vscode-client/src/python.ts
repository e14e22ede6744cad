/** Which interpreter is selected in the Python extension, if that is there. */

import { type Event, extensions, type Uri } from "vscode";

import { reason, type Logs } from "./logger";

const PYTHON = "ms-python.python";

/** The part of the Python extension's interface that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Uri): { readonly path: string };
    resolveEnvironment(
      environment: unknown,
    ): Promise<{ readonly executable: { readonly uri?: Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
  };
}

/** Returns the interpreter for what lies in `folder`, undefined where none was selected. */
export async function selectedInterpreter(folder: Uri | undefined, logs: Logs): Promise<string | undefined> {
  try {
    const environments = (await api())?.environments;
    if (environments === undefined) return undefined;
    const selected = environments.getActiveEnvironmentPath(folder);
    const found = await environments.resolveEnvironment(selected);
    return found?.executable.uri?.fsPath;
  } catch (error) {
    logs.main.warn(`The Python extension does not tell its interpreter: ${reason(error)}`);
    return undefined;
  }
}

/** Returns the event of another interpreter being selected, undefined without the extension. */
export async function interpreterChanged(): Promise<Event<unknown> | undefined> {
  return (await api())?.environments.onDidChangeActiveEnvironmentPath;
}

async function api(): Promise<PythonApi | undefined> {
  const extension = extensions.getExtension<PythonApi>(PYTHON);
  if (extension === undefined) return undefined;
  return extension.isActive ? extension.exports : extension.activate();
}
