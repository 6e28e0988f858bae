/** A statement of a policy as CloudFormation has it. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What somebody wants to do. Keys that a condition asks for and that are not here are absent, as at AWS. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** Whether the statements allow it: nothing is allowed unless one says so, and a denial is final. It throws at what it does not know. */
export function allows(statements: readonly Statement[], asked: Asked): boolean {
  const fitting = statements.filter((statement) => applies(statement, asked));
  return fitting.length > 0 && fitting.every(({ Effect }) => Effect === 'Allow');
}

function applies({ Action, Resource = '*', Condition = {} }: Statement, { action, resource, context = {} }: Asked) {
  return (
    list(Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    list(Resource).some((pattern) => like(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, list(wanted), context[key])),
    )
  );
}

function holds(operator: string, wanted: readonly string[], there: readonly string[] | undefined): boolean {
  switch (operator) {
    case 'ForAllValues:StringLike':
      // True of no values at all: the trap that a Null beside it closes.
      return (there ?? []).every((value) => wanted.some((pattern) => like(pattern, value)));
    case 'Null':
      return wanted.includes(String(there === undefined));
    case 'StringLike':
    case 'ArnLike':
      return there?.length === 1 && wanted.some((pattern) => like(pattern, there[0] ?? ''));
    case 'StringEquals':
      return there?.length === 1 && wanted.includes(there[0] ?? '');
    case 'Bool':
      return there?.length === 1 && wanted.includes(there[0] ?? '');
    default:
      throw new Error(`${operator} is not known here`);
  }
}

/** `*` is anything, `?` one character of anything. */
export function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
