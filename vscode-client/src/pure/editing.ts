/** What the user is asked about a change that is shown. */

/** What the server says of an edit by instruction. */
export interface Proposal {
  readonly title: string;
  readonly candidate: number;
  readonly candidates: number;
  readonly remarks: readonly string[];
}

export type Answer = "apply" | "another" | "discard";

export interface Question {
  readonly title: string;
  readonly hint: string;
  readonly answers: readonly { readonly label: string; readonly answer: Answer }[];
}

/** Returns the question about a change that is called `title`, which may be one of several. */
export function question(title: string, proposal?: Proposal): Question {
  const { candidate = 1, candidates = 1, remarks = [] } = proposal ?? {};
  const next = candidate < candidates ? `$(arrow-right) Show another, ${candidate + 1} of ${candidates}` : undefined;
  return {
    title,
    hint: remarks.length > 0 ? remarks.join("; ") : "Enter makes the changes that are shown, Escape does not",
    answers: [
      { label: "$(check) Apply", answer: "apply" },
      ...(next === undefined ? [] : [{ label: next, answer: "another" } as const]),
      { label: "$(close) Discard", answer: "discard" },
    ],
  };
}
