/** Which interpreter is selected in the Python extension, if that is there. */

import { type Event, extensions, type Uri } from "vscode";

import { reason, type Logs } from "./logger";

const PYTHON = "ms-python.python";

/** The part of the Python extension's interface that is used here; old or other ones may lack it. */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: Uri): { readonly path: string };
    resolveEnvironment(
      environment: unknown,
    ): Promise<{ readonly executable: { readonly uri?: Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath?: Event<unknown>;
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

/** Returns the event of another interpreter being selected, undefined where nothing tells it. */
export async function interpreterChanged(logs: Logs): Promise<Event<unknown> | undefined> {
  try {
    return (await api())?.environments?.onDidChangeActiveEnvironmentPath;
  } catch (error) {
    logs.main.warn(`The Python extension does not start: ${reason(error)}`);
    return undefined;
  }
}

async function api(): Promise<PythonApi | undefined> {
  const extension = extensions.getExtension<PythonApi | undefined>(PYTHON);
  if (extension === undefined) return undefined;
  return extension.isActive ? extension.exports : extension.activate();
}
