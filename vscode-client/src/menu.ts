/** The menu behind the status bar item. */

import { commands, type QuickPickItem, QuickPickItemKind, window } from "vscode";

import type { StatusItem } from "./status";

interface Entry extends QuickPickItem {
  readonly command?: string;
  readonly args?: readonly unknown[];
}

export async function showMenu(status: StatusItem): Promise<void> {
  const { headline, details } = status.view();
  const chosen = await window.showQuickPick(entries(status), {
    title: `fairlead: ${headline}`,
    placeHolder: details.slice(0, 2).join("  ·  "),
  });
  if (chosen?.command) await commands.executeCommand(chosen.command, ...(chosen.args ?? []));
}

function entries(status: StatusItem): Entry[] {
  const { server, enabled, language, languageOff } = status.situation();
  const ready = server === "running";
  const turn = (off: boolean | undefined): string => (off ? "$(play) Turn on" : "$(debug-pause) Turn off");
  return [
    ...(ready ? [] : start(server === "absent")),
    ...(ready ? [{ label: "$(question) Explain the last suggestion", command: "fairlead.explainLast" }] : []),
    { label: turn(!enabled), command: "fairlead.toggle" },
    ...(language ? [{ label: `${turn(languageOff)} in ${language}`, command: "fairlead.toggleLanguage" }] : []),
    { label: "", kind: QuickPickItemKind.Separator },
    { label: "$(package) Choose model…", command: "fairlead.chooseModel" },
    { label: "$(settings-gear) Settings", command: "workbench.action.openSettings", args: ["@ext:fairlead.fairlead"] },
    { label: "$(output) Show log", command: "fairlead.showLog" },
    { label: "$(pulse) Run doctor", command: "fairlead.doctor" },
    ...(ready ? [{ label: "$(debug-restart) Restart server", command: "fairlead.restart" }] : []),
  ];
}

function start(absent: boolean): Entry[] {
  return [
    absent
      ? { label: "$(cloud-download) Install the server", command: "fairlead.install" }
      : { label: "$(debug-start) Start the server", command: "fairlead.restart" },
  ];
}
