/** The steps by which the server gets an environment of its own. */

import * as path from "node:path";

import { interpreterIn } from "./locate";

export interface Step {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where it runs: `python -m` looks for modules there first, so that it must not be the workspace. */
  readonly folder: string;
}

/** The oldest Python that the server runs on. */
export const OLDEST: readonly [number, number] = [3, 10];

/**
 * Prints the version in a form that `isRecent` reads, if environments can be made. `python -c` looks for modules in the
 * current folder, which may be the workspace, unless it is isolated.
 */
export const TELL_VERSION = ["-I", "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"];

export function isRecent(output: string): boolean {
  const [major = 0, minor = 0] = output.trim().split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Returns what pip is asked for: a plain requirement gets the version of the extension. */
export function requirement(wanted: string, version: string): string {
  return /^[\w-]+(\[[\w,-]+\])?$/.test(wanted) ? `${wanted}==${version}` : wanted;
}

/** Says beforehand what an installation does. */
export function announcement(wanted: string): string {
  return `Install runs pip install ${wanted}, in an environment of its own: 300 MB, and some minutes where llama.cpp has to be compiled, which needs a C++ compiler.`;
}

/** Returns what makes an environment in `environment`, and `wanted` in it. */
export function steps(python: string, environment: string, wanted: string, windows: boolean): Step[] {
  const own = interpreterIn(environment, windows);
  const folder = path.dirname(environment);
  // Not what the user's configuration of pip may say: an installation for the user, or in vain.
  const pip = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
  return [
    { title: "creating an environment", command: python, args: ["-m", "venv", environment], folder },
    { title: "installing", command: own, args: [...pip, wanted], folder },
  ];
}

/** Picks from pip's output what a person who waits wants to know. */
export function news(line: string): string | undefined {
  const download = /^\s*Downloading (?:\S*\/)?(\S+) \(([\d.]+ [MG]B)\)/.exec(line);
  if (download) return `downloading ${download[1] ?? ""}, ${download[2] ?? ""}`;
  const build = /^\s*Building wheel for (\S+)/.exec(line);
  if (build) return `building ${build[1] ?? ""}; this takes minutes`;
  return /^\s*Installing collected packages/.test(line) ? "installing packages" : undefined;
}

/** Picks from what was printed why it failed, and says the way out where one is known. */
export function complaint(lines: readonly string[]): string {
  const texts = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (texts.some((line) => /^ERROR: Failed building wheel for llama[-_]cpp[-_]python/.test(line))) {
    return "llama.cpp could not be compiled. It needs a C++ compiler (Debian, Ubuntu: build-essential; macOS: xcode-select --install). The log has all that was said.";
  }
  return texts.findLast((line) => /^error:/i.test(line)) ?? texts.at(-1) ?? "it did not say why";
}
