/** Where the server is: the rules, without the editor. */

import * as path from "node:path";

export type Origin = "setting" | "interpreter" | "PATH" | "installed";

/** A program with the reason why it was taken. */
export interface Program {
  readonly file: string;
  readonly origin: Origin;
}

/** What may lead to the server; the earlier ones win. */
export interface Clues {
  /** The setting `fairlead.path`. */
  readonly setting: string;
  /** The interpreter that is selected in the Python extension. */
  readonly interpreter: string | undefined;
  /** The variable PATH. */
  readonly path: string;
  /** The folder of the environment that the extension installs. */
  readonly installed: string;
}

export interface System {
  readonly windows: boolean;
  readonly home: string;
  isProgram(file: string): boolean;
}

/** Returns the program, undefined where there is none; throws when the setting names none. */
export function locate(clues: Clues, system: System): Program | undefined {
  if (clues.setting !== "") {
    const file = named(expand(clues.setting, system.home), system);
    if (file === undefined) throw new Error(`fairlead.path: there is no fairlead at ${clues.setting}`);
    return { file, origin: "setting" };
  }
  const places: [Origin, string | undefined][] = [
    ["interpreter", clues.interpreter && beside(clues.interpreter, system)],
    ["PATH", onPath(clues.path, system)],
    ["installed", beside(interpreterIn(clues.installed, system.windows), system)],
  ];
  for (const [origin, file] of places) if (file) return { file, origin };
  return undefined;
}

/** Returns the interpreter of the virtual environment in `folder`. */
export function interpreterIn(folder: string, windows: boolean): string {
  return windows ? path.join(folder, "Scripts", "python.exe") : path.join(folder, "bin", "python");
}

function expand(file: string, home: string): string {
  return file.startsWith("~/") ? path.join(home, file.slice(2)) : file;
}

/** Returns the program that a setting means, which may name an interpreter or an environment. */
function named(file: string, system: System): string | undefined {
  if (/^python[\d.]*(\.exe)?$/.test(path.basename(file))) return beside(file, system);
  const inside = beside(interpreterIn(file, system.windows), system);
  return inside ?? (system.isProgram(file) ? file : undefined);
}

/**
 * Returns the program in the environment of `interpreter`. `python -m` would be no substitute: it
 * looks for modules in the current folder first, which is the workspace.
 */
function beside(interpreter: string, system: System): string | undefined {
  const folder = path.dirname(interpreter);
  const folders = system.windows ? [folder, path.join(folder, "Scripts")] : [folder];
  return folders.map((one) => path.join(one, program(system))).find((file) => system.isProgram(file));
}

/** Relative entries would mean the workspace, and are left out. */
function onPath(variable: string, system: System): string | undefined {
  const folders = variable.split(system.windows ? ";" : ":").filter((one) => path.isAbsolute(one));
  return folders.map((one) => path.join(one, program(system))).find((file) => system.isProgram(file));
}

function program(system: System): string {
  return system.windows ? "fairlead.exe" : "fairlead";
}
