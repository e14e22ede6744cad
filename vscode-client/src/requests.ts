/** Has the server run one of its commands. */

import { type CancellationToken, ProgressLocation, window } from "vscode";
import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";

/** Returns the result; throws what the server says when it cannot. */
export function run(client: LanguageClient, command: string, args: unknown[] = [], token?: CancellationToken): Promise<unknown> {
  const params = { command, arguments: args };
  return client.sendRequest(ExecuteCommandRequest.type, params, token);
}

/** Does the same while the user is shown `title`, and may cancel: then undefined is returned. */
export async function runVisibly(client: LanguageClient, title: string, command: string, ...args: unknown[]): Promise<unknown> {
  const options = { location: ProgressLocation.Notification, title: `fairlead: ${title}`, cancellable: true };
  return window.withProgress(options, async (_progress, token) => {
    try {
      return await run(client, command, args, token);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  });
}
