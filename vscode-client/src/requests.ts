/** Has the server run one of its commands. */

import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";

/** Returns the result; throws what the server says when it cannot. */
export function run(client: LanguageClient, command: string, ...args: unknown[]): Promise<unknown> {
  return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
}
