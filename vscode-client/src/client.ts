/** The language client: what it tells the server, and what passes between the two. */

import { type ExtensionContext, Uri } from "vscode";
import {
  type ConfigurationItem,
  type Executable,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type StaticFeature,
} from "vscode-languageclient/node";

import type { Logs } from "./logger";
import { changing, suggesting } from "./middleware";
import { selector } from "./pure/languages";
import type { Program } from "./pure/locate";
import type { ServerStatus } from "./pure/view";
import type { Review } from "./review";
import { SECTION, serverSettings, setting } from "./settings";

/**
 * Tells the server, among the client's capabilities, that its state is wanted and which command of ours it may use; and
 * that code actions are to come with a command, for the middleware resolves none.
 */
const OURS: StaticFeature = {
  fillClientCapabilities(capabilities) {
    const others = capabilities.experimental as object | undefined;
    delete capabilities.textDocument?.codeAction?.resolveSupport;
    const own = { commands: [`${SECTION}.editWithInstruction`] };
    capabilities.experimental = { ...others, [SECTION]: { status: true }, commands: own };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

export async function createClient(
  program: Program,
  context: ExtensionContext,
  logs: Logs,
  review: Review,
  onStatus: (status: ServerStatus) => void,
): Promise<LanguageClient> {
  const server: Executable = { command: program.file, args: ["serve"] };
  const changes = changing(review, () => client);
  const options: LanguageClientOptions = {
    documentSelector: selector(setting<string[]>("additionalLanguages", [])),
    outputChannel: logs.main,
    traceOutputChannel: logs.trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: await serverSettings(context, logs),
    middleware: {
      ...suggesting(logs),
      ...changes,
      workspace: {
        ...changes.workspace,
        configuration: ({ items }) => Promise.all(items.map((item) => configuration(item, context, logs))),
        // The server gets its settings by asking: under its own names, and only what is stated.
        didChangeConfiguration: (_sections, next) => next(undefined),
      },
    },
  };
  const client: LanguageClient = new LanguageClient(SECTION, "fairlead", server, options);
  client.registerFeature(OURS);
  client.onNotification("fairlead/status", onStatus);
  return client;
}

/** Has the server ask for its settings again. */
export async function tellOfSettings(client: LanguageClient): Promise<void> {
  await client.sendNotification("workspace/didChangeConfiguration", { settings: null });
}

/** Answers the server's question for one section of the settings. */
async function configuration(
  { section, scopeUri }: ConfigurationItem,
  context: ExtensionContext,
  logs: Logs,
): Promise<unknown> {
  if (section !== SECTION) return null;
  return serverSettings(context, logs, scopeUri === undefined ? undefined : Uri.parse(scopeUri));
}
