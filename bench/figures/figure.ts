import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';

/** What the figures are measured with. */
export interface Bench {
  readonly lab: Lab;
  readonly sources: readonly BenchSource[];
  /** Events of a backlog. */
  readonly events: number;
  /** How often each case is repeated, in turn with the others. */
  readonly rounds: number;
  /** Only what the smoke form needs. */
  readonly isSmall: boolean;
  say(line: string): void;
}

/** Something that is measured. */
export interface Figure {
  readonly name: string;
  /** Whether the smoke form measures it, too. */
  readonly inSmall?: true;
  measure(bench: Bench): Promise<Row[]>;
}
