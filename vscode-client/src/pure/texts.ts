/** Texts as they are after an edit. */

/** Puts `text` in the place of what is from `start` to `end`. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Returns `text` with all `replacements`, which are apart from one another and all of the same, old text. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  const inOrder = [...replacements].sort((a, b) => a.start - b.start || a.end - b.end);
  let done = "";
  let from = 0;
  for (const { start, end, text: put } of inOrder) {
    done += text.slice(from, start) + put;
    from = end;
  }
  return done + text.slice(from);
}
