/** Writes a command for the user's shell. */

export type Shell = "posix" | "powershell" | "cmd";

/** Tells what kind of shell a program is, by its path. */
export function shellOf(file: string, windows: boolean): Shell {
  if (/(^|[\\/])(pwsh|powershell)(\.exe)?$/i.test(file)) return "powershell";
  return windows && !/sh(\.exe)?$/i.test(file) ? "cmd" : "posix";
}

/** Returns one line that runs `words`, each taken literally. */
export function commandLine(words: readonly string[], shell: Shell): string {
  if (shell === "posix") return words.map(posix).join(" ");
  if (shell === "cmd") return words.map((word) => (plain(word) ? word : `"${word}"`)).join(" ");
  const quoted = words.map((word) => (plain(word) ? word : `'${word.replaceAll("'", "''")}'`));
  // PowerShell takes a quoted word for a value unless it is called.
  return quoted[0]?.startsWith("'") ? `& ${quoted.join(" ")}` : quoted.join(" ");
}

function posix(word: string): string {
  return plain(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function plain(word: string): boolean {
  return /^[\w./:=+-]+$/.test(word);
}
