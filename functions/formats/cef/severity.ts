import { fieldAt } from '../ecs-field.ts';

/** What the severity of an event is decided by. */
interface Facts {
  readonly kind: unknown;
  readonly isOurs: boolean;
  readonly failed: boolean;
  is(category: string): boolean;
  does(type: string): boolean;
  /** The action in small letters, its words apart. */
  readonly words: string;
}

interface SeverityRule {
  readonly severity: number;
  readonly what: string;
  applies(facts: Facts): boolean;
}

const SUPPORT = /\bsupport\b/;
const SIGN_IN_PROTECTION = /\b(?:two factor|multi factor|2fa|mfa|sso|single sign on|saml|identity providers?)\b/;
const TAKEN_AWAY = /\b(?:delete|disable|remove|reset|turn|switch)(?:d|ed|ned off|off)?\b|\boff\b/;
const SECRET = /\b(?:tokens?|api keys?|access keys?|secrets?|credentials?|api authorizations?)\b/;
const PRIVILEGE = /\b(?:roles?|permissions?|privileges?|admins?|administrators?|authorizations?)\b/;

/** The first rule that applies decides: 0-3 is low, 4-6 medium, 7-8 high, 9-10 very high. */
const RULES: readonly SeverityRule[] = [
  { severity: 8, what: 'Tidemark reports a failure of its own: a gap', applies: (of) => of.isOurs && of.failed },
  { severity: 6, what: 'a record that could not be mapped or read', applies: (of) => of.kind === 'pipeline_error' },
  { severity: 3, what: 'any other act of Tidemark', applies: (of) => of.isOurs },
  { severity: 1, what: 'a state or a metric', applies: (of) => of.kind === 'state' || of.kind === 'metric' },
  {
    severity: 5,
    what: 'a failed sign-in, or a failed change to users and access',
    applies: (of) => of.failed && (of.is('authentication') || of.is('iam')),
  },
  { severity: 4, what: 'anything else that failed or was denied', applies: (of) => of.failed || of.does('denied') },
  { severity: 8, what: 'access of the vendor’s support', applies: (of) => SUPPORT.test(of.words) && writes(of) },
  {
    severity: 8,
    what: 'single sign-on or a second factor taken away',
    applies: (of) => SIGN_IN_PROTECTION.test(of.words) && (of.does('deletion') || TAKEN_AWAY.test(of.words)),
  },
  {
    severity: 7,
    what: 'a token, key or other credential made',
    applies: (of) => SECRET.test(of.words) && of.does('creation'),
  },
  {
    severity: 7,
    what: 'a change to administrators, roles or permissions',
    applies: (of) => writes(of) && (of.does('admin') || PRIVILEGE.test(of.words)),
  },
  { severity: 6, what: 'a user, group or token deleted', applies: (of) => of.is('iam') && of.does('deletion') },
  { severity: 5, what: 'any other change to users and groups', applies: (of) => of.is('iam') && writes(of) },
  { severity: 5, what: 'anything else deleted', applies: (of) => of.does('deletion') },
  { severity: 3, what: 'anything else made or changed', applies: writes },
  {
    severity: 2,
    what: 'a sign-in, a sign-out, a session',
    applies: (of) => of.is('authentication') || of.is('session'),
  },
  { severity: 2, what: 'something looked at', applies: (of) => of.does('access') },
];

/** An event that no rule knows is not harmless for that. */
const OTHERWISE = 3;

/** How severe an event is, 0 to 10, by its ECS fields alone. */
export function cefSeverity(event: unknown, words: string): number {
  const category = fieldAt(event, ['event', 'category']);
  const type = fieldAt(event, ['event', 'type']);
  const facts: Facts = {
    kind: fieldAt(event, ['event', 'kind']),
    isOurs: fieldAt(event, ['event', 'module']) === 'tidemark',
    failed: fieldAt(event, ['event', 'outcome']) === 'failure',
    is: (one) => Array.isArray(category) && category.includes(one),
    does: (one) => Array.isArray(type) && type.includes(one),
    words,
  };
  return RULES.find((rule) => rule.applies(facts))?.severity ?? OTHERWISE;
}

/** The rules as a table in Markdown, for the documentation. */
export function cefSeverityTable(): string {
  const rows = RULES.map(({ severity, what }) => `| ${what} | ${severity} |`);
  return ['| the first that applies | severity |', '|---|---|', ...rows, `| anything else | ${OTHERWISE} |`, ''].join(
    '\n',
  );
}

function writes(of: Facts): boolean {
  return of.does('creation') || of.does('change') || of.does('deletion');
}
