/** The two channels of the output panel. */

import { type LogOutputChannel, window } from "vscode";

export interface Logs {
  /** What happens: of the extension, and what the server logs. */
  readonly main: LogOutputChannel;
  /** The messages between the two, if `fairlead.trace.server` asks for them. */
  readonly trace: LogOutputChannel;
}

export function openLogs(): Logs {
  return {
    main: window.createOutputChannel("fairlead", { log: true }),
    trace: window.createOutputChannel("fairlead Trace", { log: true }),
  };
}

/** Returns what went wrong, in words. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
