/** From the settings of the editor to those that the server knows. */

/** What the editor tells of one setting, by where it is stated. */
export interface Stated {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** Settings that mean something to the extension alone. */
export const OWN = new Set(["enabled", "path", "package", "additionalLanguages", "trace.server"]);

/**
 * Returns what the user stated, undefined where nothing was, or an empty text: a default would outrank the files that
 * settings can also be in. Of a workspace that is not trusted, `restricted` settings do not count.
 */
export function chosen(stated: Stated | undefined, restricted: boolean): unknown {
  if (stated === undefined) return undefined;
  const local = restricted ? undefined : (stated.workspaceFolderValue ?? stated.workspaceValue);
  const value = local ?? stated.globalValue ?? undefined;
  return value === "" ? undefined : value;
}

/** Returns the server's name of a setting: `maxNewTokens` is `max_new_tokens`. */
export function serverName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Returns `values`, by the editor's names, as the server takes them. */
export function forServer(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const known = [...values].filter(([name, value]) => !OWN.has(name) && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [serverName(name), value]));
}

/** Returns `list` with `entry`, or without it if it was there. */
export function flipped(list: readonly string[], entry: string): string[] {
  return list.includes(entry) ? list.filter((one) => one !== entry) : [...list, entry];
}
