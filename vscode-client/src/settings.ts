/** The settings of the editor, as the extension and the server want to know them. */

import { type ConfigurationScope, type ExtensionContext, type Uri, workspace } from "vscode";

import type { Logs } from "./logger";
import type { Switches } from "./pure/languages";
import { chosen, forServer, OWN } from "./pure/options";
import { selectedInterpreter } from "./python";

export const SECTION = "fairlead";

export function setting<T>(name: string, fallback: T, scope?: ConfigurationScope): T {
  return workspace.getConfiguration(SECTION, scope).get<T>(name, fallback);
}

export function switches(scope?: ConfigurationScope): Switches {
  return {
    enabled: setting("enabled", true, scope),
    disabledLanguages: setting<string[]>("disabledLanguages", [], scope),
  };
}

/** Returns what the server is to know of the settings for `folder`, or for all folders. */
export async function serverSettings(
  context: ExtensionContext,
  logs: Logs,
  folder?: Uri,
): Promise<Record<string, unknown>> {
  const manifest = context.extension.packageJSON as Manifest;
  const stated = new Map(named(manifest).map((name) => [name, value(manifest, name, folder)]));
  const trusted = workspace.isTrusted;
  if (stated.get("interpreter") === undefined && trusted) {
    const home = folder ?? workspace.workspaceFolders?.[0]?.uri;
    stated.set("interpreter", await selectedInterpreter(home, logs));
  }
  return { ...forServer(stated), trusted };
}

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
  };
}

/** Returns the names of the settings that are for the server. */
function named(manifest: Manifest): string[] {
  const all = manifest.contributes.configuration.flatMap((part) => Object.keys(part.properties));
  return all.map((name) => name.slice(SECTION.length + 1)).filter((name) => !OWN.has(name));
}

function value(manifest: Manifest, name: string, folder: Uri | undefined): unknown {
  const sensitive = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  const restricted = !workspace.isTrusted && sensitive.includes(`${SECTION}.${name}`);
  return chosen(workspace.getConfiguration(SECTION, folder ?? null).inspect(name), restricted);
}
