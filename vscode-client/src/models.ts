/** Has the user choose the model. */

import { ConfigurationTarget, type QuickPickItem, QuickPickItemKind, window, workspace } from "vscode";

import type { Program } from "./pure/locate";
import { type Model, readModels } from "./pure/models";
import { ask } from "./server";
import { SECTION, setting } from "./settings";

interface Choice extends QuickPickItem {
  readonly model?: string;
}

const FILE: Choice = { label: "$(folder-opened) Choose a GGUF file…" };

export async function chooseModel(program: Program): Promise<void> {
  const models = readModels(await ask(program, ["model", "list", "--json"]));
  const current = setting("model", "embedded");
  const line: Choice = { label: "", kind: QuickPickItemKind.Separator };
  const chosen = await window.showQuickPick([...models.map((model) => choice(model, current)), line, FILE], {
    title: "Choose the model",
    placeHolder: "The server loads another one without a restart",
    matchOnDescription: true,
  });
  const model = chosen === FILE ? await file() : chosen?.model;
  if (model === undefined) return;
  await workspace.getConfiguration(SECTION).update("model", model, ConfigurationTarget.Global);
}

function choice(model: Model, current: string): Choice {
  const chosen = model.name === current || model.path === current;
  return {
    label: `${chosen ? "$(check)" : "$(blank)"} ${model.name}`,
    description: `${model.megabytes} MB`,
    detail: model.path,
    model: model.name,
  };
}

async function file(): Promise<string | undefined> {
  const found = await window.showOpenDialog({ filters: { "GGUF models": ["gguf"] }, openLabel: "Use" });
  return found?.[0]?.fsPath;
}
