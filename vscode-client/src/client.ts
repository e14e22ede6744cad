/** The language client: what it tells the server, and what passes between the two. */

import { type ExtensionContext, Uri } from "vscode";
import {
  type ConfigurationItem,
  type Executable,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
  type StaticFeature,
} from "vscode-languageclient/node";

import type { Logs } from "./logger";
import { isOn, selector } from "./pure/languages";
import type { Program } from "./pure/locate";
import type { ServerStatus } from "./pure/view";
import { SECTION, serverSettings, setting, switches } from "./settings";

/** Tells the server, among the client's capabilities, that its state is wanted. */
const WANTS_STATUS: StaticFeature = {
  fillClientCapabilities(capabilities) {
    const others = capabilities.experimental as object | undefined;
    capabilities.experimental = { ...others, [SECTION]: { status: true } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

export async function createClient(
  program: Program,
  context: ExtensionContext,
  logs: Logs,
  onStatus: (status: ServerStatus) => void,
): Promise<LanguageClient> {
  const server: Executable = { command: program.file, args: ["serve"] };
  const options: LanguageClientOptions = {
    documentSelector: selector(setting<string[]>("additionalLanguages", [])),
    outputChannel: logs.main,
    traceOutputChannel: logs.trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: await serverSettings(context, logs),
    middleware: middleware(context, logs),
  };
  const client = new LanguageClient(SECTION, "fairlead", server, options);
  client.registerFeature(WANTS_STATUS);
  client.onNotification("fairlead/status", onStatus);
  return client;
}

/** Has the server ask for its settings again. */
export async function tellOfSettings(client: LanguageClient): Promise<void> {
  await client.sendNotification("workspace/didChangeConfiguration", { settings: null });
}

function middleware(context: ExtensionContext, logs: Logs): Middleware {
  return {
    async provideInlineCompletionItems(document, position, trigger, token, next) {
      if (!isOn(switches(document), document.languageId)) return undefined;
      const begun = performance.now();
      const found = await next(document, position, trigger, token);
      const count = (Array.isArray(found) ? found : found?.items)?.length ?? 0;
      const fate = token.isCancellationRequested ? "not wanted any more" : `suggestions: ${count}`;
      logs.main.debug(`line ${position.line + 1}, ${Math.round(performance.now() - begun)} ms; ${fate}`);
      return found;
    },
    provideCompletionItem(document, position, trigger, token, next) {
      if (!isOn(switches(document), document.languageId)) return undefined;
      return next(document, position, trigger, token);
    },
    workspace: {
      configuration: ({ items }) => Promise.all(items.map((item) => configuration(item, context, logs))),
      // The server gets its settings by asking: under its own names, and only what is stated.
      didChangeConfiguration: (_sections, next) => next(undefined),
    },
  };
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
