/** One of several answers. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Asks a person. An answer that is broken off throws. */
export interface Asker {
  one(question: string, choices: readonly Choice[]): Promise<string>;
  /** @param isRequired whether at least one must be chosen */
  several(question: string, choices: readonly Choice[], isRequired: boolean): Promise<readonly string[]>;
  /** @param problemOf what is wrong with an answer; undefined if nothing is */
  line(question: string, usual: string | undefined, problemOf: (answer: string) => string | undefined): Promise<string>;
  yes(question: string, usual: boolean): Promise<boolean>;
}
