/** What the status bar shows. */

/** The parameters of the notification `fairlead/status`. */
export interface ServerStatus {
  readonly state: "loading" | "ready" | "busy" | "failed";
  readonly model: string;
  readonly message: string;
  readonly latencyMs: number | null;
  readonly tokensPerSecond: number | null;
}

/** What is known of the server, and of the document that is shown. */
export interface Situation {
  readonly server: "waiting" | "absent" | "installing" | "starting" | "running" | "stopped";
  readonly status?: ServerStatus | undefined;
  readonly version?: string | undefined;
  /** Something that the user should know, e.g. why the server did not start. */
  readonly remark?: string | undefined;
  readonly enabled: boolean;
  /** The language of the document that is shown, and whether it is switched off. */
  readonly language?: string | undefined;
  readonly languageOff?: boolean | undefined;
}

export interface View {
  readonly text: string;
  readonly headline: string;
  readonly details: readonly string[];
  readonly severity: "none" | "warning" | "error";
}

/** Icons of one width, so that nothing moves while the user types. */
const ICONS = { good: "$(shield)", works: "$(sync~spin)", off: "$(circle-slash)", bad: "$(warning)" };

export function view(situation: Situation): View {
  const [icon, headline, severity] = face(situation);
  return { text: `${ICONS[icon]} fairlead`, headline, details: details(situation), severity };
}

type Face = [keyof typeof ICONS, string, View["severity"]];

function face(situation: Situation): Face {
  if (situation.server !== "running") return withoutServer(situation);
  const { status } = situation;
  if (status?.state === "failed") return ["bad", "The model cannot be used", "error"];
  if (!situation.enabled) return ["off", "Switched off", "none"];
  if (situation.languageOff) return ["off", `Switched off for ${situation.language ?? ""}`, "none"];
  if (status === undefined || status.state === "loading") return ["works", "Loading the model", "none"];
  if (situation.remark !== undefined) return ["bad", "Ready", "warning"];
  return status.state === "busy" ? ["works", "Writing a suggestion", "none"] : ["good", "Ready", "none"];
}

function withoutServer(situation: Situation): Face {
  switch (situation.server) {
    case "absent":
      return ["bad", "The server is not installed", "warning"];
    case "installing":
      return ["works", "The server is being installed", "none"];
    case "stopped":
      return ["bad", "The server does not run", "error"];
    case "starting":
      return ["works", "The server is starting", "none"];
    default:
      return ["good", "Waits for a file in a language that it completes", "none"];
  }
}

function details(situation: Situation): string[] {
  const { status } = situation;
  const found: string[] = [];
  if (status?.message) found.push(status.message);
  if (situation.remark !== undefined) found.push(situation.remark);
  if (status?.model && status.state !== "failed") found.push(`Model: ${status.model}`);
  if (status?.latencyMs != null) found.push(`Last suggestion: ${figures(status)}`);
  if (situation.version !== undefined) found.push(`Server: ${situation.version}`);
  return found;
}

function figures(status: ServerStatus): string {
  const time = `${Math.round(status.latencyMs ?? 0)} ms`;
  const speed = status.tokensPerSecond;
  return speed === null ? time : `${time}, ${speed.toFixed(speed < 10 ? 1 : 0)} tokens per second`;
}
