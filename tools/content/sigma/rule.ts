import type { FieldType } from '../../../functions/formats/ecs-fields.ts';
import type { Pattern } from './pattern.ts';

// Sigma rules as typed objects. The reader checks everything, so whoever converts or evaluates them meets no surprise.

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;

/** A rule that alerts, with what people need to judge and to handle an alert. */
export interface Rule {
  /** The path from the root of the project, such as `content/sigma/sign-ins/failed_sign_in_burst.yml`. */
  readonly file: string;
  readonly id: string;
  readonly title: string;
  readonly status: (typeof STATUSES)[number];
  readonly description: string;
  readonly author: string;
  readonly date: string;
  readonly modified?: string;
  readonly level: (typeof LEVELS)[number];
  readonly tags: readonly string[];
  /** The techniques of ATT&CK among the tags, such as `T1110.003`. */
  readonly techniques: readonly string[];
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  /** What to do first when the rule has fired: one line. */
  readonly runbook: string;
  readonly logic: Detection | Correlation;
}

/** What a single event must look like. */
export interface Detection {
  readonly kind: 'detection';
  readonly id: string;
  readonly title: string;
  /** By which correlations refer to it. */
  readonly name?: string;
  readonly logSource: LogSource;
  /** The condition, with each selection in the place of its name. */
  readonly condition: Expression;
}

export interface LogSource {
  readonly product?: string;
  readonly service?: string;
  readonly category?: string;
  readonly definition?: string;
}

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | FieldMatch;

/** What the value of a field must be. Of a list in the event, one value that fits a test is enough. */
export interface FieldMatch {
  readonly kind: 'match';
  readonly field: string;
  readonly type: FieldType;
  /** Whether one of the tests must hold, or all. */
  readonly link: 'any' | 'all';
  readonly tests: readonly Test[];
}

export type Test =
  /** The whole value fits the pattern. `contains`, `startswith` and `endswith` are in it as wildcards. */
  | { readonly kind: 'text'; readonly pattern: Pattern; readonly cased: boolean }
  /** A part of the value fits. `flags` are among `i`, `m` and `s`. */
  | { readonly kind: 're'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly network: string; readonly prefix: number }
  | { readonly kind: 'compare'; readonly with: Comparison; readonly value: number }
  | { readonly kind: 'exists'; readonly exists: boolean }
  /** There is no such field, or it is null. */
  | { readonly kind: 'null' }
  /** The value is that of another field of the event. */
  | { readonly kind: 'fieldref'; readonly field: string };

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte';

export const CORRELATION_TYPES = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;

/** How many events, values or rules must come together within a time. */
export interface Correlation {
  readonly kind: 'correlation';
  readonly id: string;
  readonly title: string;
  readonly name?: string;
  readonly type: (typeof CORRELATION_TYPES)[number];
  /** The rules that are correlated; they are in the same file and have names. */
  readonly rules: readonly (Detection | Correlation)[];
  /** The fields, or aliases, that must have the same value in all events. */
  readonly groupBy: readonly string[];
  readonly timespan: { readonly text: string; readonly seconds: number };
  /** All of them must hold. Of a `temporal` rule, it is the number of its rules that have matched: all, if it says nothing. */
  readonly condition: readonly Bound[];
  /** The field whose distinct values a `value_count` counts. */
  readonly field?: string;
  /** The field that an alias stands for, by the name of the rule that the event has matched. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Bound {
  readonly with: Comparison | 'eq';
  readonly value: number;
}
