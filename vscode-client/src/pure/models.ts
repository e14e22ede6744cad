/** What `fairlead model list --json` says. */

export interface Model {
  readonly name: string;
  readonly path: string;
  readonly megabytes: number;
}

/** Reads the list; throws what a person can understand when it is none. */
export function readModels(output: string): Model[] {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw new Error("the server does not list its models; is it up to date?");
  }
  if (!Array.isArray(value)) throw new Error("the server's list of models is not a list");
  return value.filter(isModel);
}

function isModel(value: unknown): value is Model {
  const model = value as Partial<Model> | null;
  return (
    typeof model?.name === "string" &&
    typeof model.path === "string" &&
    typeof model.megabytes === "number"
  );
}
