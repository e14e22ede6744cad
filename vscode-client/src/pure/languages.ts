/** In which languages fairlead works without being told. */

export const LANGUAGES: readonly string[] = [
  "c",
  "cpp",
  "go",
  "java",
  "javascript",
  "javascriptreact",
  "python",
  "rust",
  "typescript",
  "typescriptreact",
];

/** Documents of the disk and those that have no file yet; not those of other programs. */
const SCHEMES = ["file", "untitled", "vscode-notebook-cell"];

export interface Filter {
  readonly scheme: string;
  readonly language: string;
}

export function selector(additional: readonly string[]): Filter[] {
  const languages = [...new Set([...LANGUAGES, ...additional])];
  return SCHEMES.flatMap((scheme) => languages.map((language) => ({ scheme, language })));
}

export interface Switches {
  readonly enabled: boolean;
  readonly disabledLanguages: readonly string[];
}

/** Whether something is to be offered in a document of `language`. */
export function isOn(switches: Switches, language: string): boolean {
  return switches.enabled && !switches.disabledLanguages.includes(language);
}
