/** The steps by which the server gets an environment of its own. */

import { interpreterIn } from "./locate";

export interface Step {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The oldest Python that the server runs on. */
export const OLDEST: readonly [number, number] = [3, 10];

/** Prints the version in a form that `isRecent` reads. */
export const TELL_VERSION = ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"];

export function isRecent(output: string): boolean {
  const [major = 0, minor = 0] = output.trim().split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Returns what pip is asked for: a plain requirement gets the version of the extension. */
export function requirement(wanted: string, version: string): string {
  return /^[\w-]+(\[[\w,-]+\])?$/.test(wanted) ? `${wanted}==${version}` : wanted;
}

export function steps(python: string, folder: string, wanted: string, windows: boolean): Step[] {
  const own = interpreterIn(folder, windows);
  // Not what the user's configuration of pip may say: an installation for the user, or in vain.
  const pip = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
  return [
    { title: "creating an environment", command: python, args: ["-m", "venv", folder] },
    { title: "installing", command: own, args: [...pip, "--upgrade", wanted] },
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
