/** The item in the status bar. */

import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from "vscode";

import { switches } from "./settings";
import { isOn } from "./pure/languages";
import { type Situation, view, type View } from "./pure/view";

/** How long something has to go on before it is shown: what is over sooner would only flicker. */
const CALM_MS = 250;

const COLOURS = {
  none: undefined,
  warning: new ThemeColor("statusBarItem.warningBackground"),
  error: new ThemeColor("statusBarItem.errorBackground"),
};

export class StatusItem implements Disposable {
  private readonly item = window.createStatusBarItem("fairlead.status", StatusBarAlignment.Right, 90);
  private known: Partial<Situation> = {};
  private later: NodeJS.Timeout | undefined;

  constructor() {
    this.item.name = "fairlead";
    this.item.command = "fairlead.menu";
    this.show();
    this.item.show();
  }

  /** Takes what has become known. */
  update(news: Partial<Situation>): void {
    this.known = { ...this.known, ...news };
    clearTimeout(this.later);
    if (news.status?.state === "busy") this.later = setTimeout(() => { this.show(); }, CALM_MS);
    else this.show();
  }

  /** What is shown now. */
  view(): View {
    return view(this.situation());
  }

  situation(): Situation {
    const document = window.activeTextEditor?.document;
    const now = switches(document);
    const language = document?.languageId;
    const languageOff = language !== undefined && !isOn({ ...now, enabled: true }, language);
    return { server: "waiting", ...this.known, enabled: now.enabled, language, languageOff };
  }

  /** Shows what is known; to be called as well when the settings or the document change. */
  show(): void {
    const { text, headline, details, severity } = this.view();
    this.item.text = text;
    this.item.tooltip = new MarkdownString(tooltip(headline, details));
    this.item.accessibilityInformation = { label: `fairlead: ${headline}` };
    this.item.backgroundColor = COLOURS[severity];
  }

  dispose(): void {
    clearTimeout(this.later);
    this.item.dispose();
  }
}

function tooltip(headline: string, details: readonly string[]): string {
  const lines = details.map((line) => line.replace(/[\\`*_{}[\]()#+!|<>~-]/g, "\\$&"));
  return [`**fairlead: ${headline}**`, ...lines].join("  \n");
}
