/** One line of the report. */
export interface Row {
  /** The name of the figure, as `--only` takes it. */
  readonly figure: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, and how many times that it is. */
  readonly to?: { readonly name: string; readonly ratio: number };
  /** What must be reached, by the ratio if there is one, else by the value. */
  readonly target?: { readonly most: number } | { readonly least: number };
  /** It does not depend on the machine: if it misses its target, the bench fails. */
  readonly counted?: true;
}

/** Whether a row reaches its target; undefined if it has none. */
export function isReached({ value, to, target }: Row): boolean | undefined {
  if (!target) return undefined;
  const judged = to?.ratio ?? value;
  return 'most' in target ? judged <= target.most : judged >= target.least;
}
