/** What is done to messages on their way between the editor and the server. */

import { window } from "vscode";
import { CancellationToken, type LanguageClient, type Middleware } from "vscode-languageclient/node";

import { type Logs, reason } from "./logger";
import { isOn } from "./pure/languages";
import { isToBeConfirmed, type Review } from "./review";
import { switches } from "./settings";

/** Keeps quiet where fairlead is switched off, and tells the log how long suggestions take. */
export function suggesting(logs: Logs): Middleware {
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
  };
}

/** Has the user review the changes that the server wants to be confirmed. */
export function changing(review: Review, client: () => LanguageClient): Middleware {
  return {
    // The editor resolves an action when it is merely looked at, and a repair takes the model many seconds.
    resolveCodeAction: (action) => action,
    async executeCommand(command, args, next) {
      try {
        return (await next(command, args)) as unknown;
      } catch (error) {
        void window.showErrorMessage(`fairlead: ${reason(error)}`);
        return undefined;
      }
    },
    workspace: {
      async handleApplyEdit(params, next) {
        if (!isToBeConfirmed(params.edit)) return next(params, CancellationToken.None);
        try {
          return { applied: (await review.make(client(), params.edit)) === "apply" };
        } catch (error) {
          return { applied: false, failureReason: reason(error) };
        }
      },
    },
  };
}
