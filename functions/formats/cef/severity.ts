import { fieldAt } from '../ecs-field.ts';

/** The facts that decide how severe an event is. */
interface Facts {
  readonly kind: unknown;
  readonly isSelfEvent: boolean;
  readonly failed: boolean;
  hasCategory(category: string): boolean;
  hasType(type: string): boolean;
  /** The words of the action in lower case, separated by spaces. */
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
  { severity: 8, what: 'Tidemark reports a failure of its own: a gap', applies: (of) => of.isSelfEvent && of.failed },
  { severity: 6, what: 'a record that could not be mapped or read', applies: (of) => of.kind === 'pipeline_error' },
  { severity: 3, what: 'any other act of Tidemark', applies: (of) => of.isSelfEvent },
  { severity: 1, what: 'a state or a metric', applies: (of) => of.kind === 'state' || of.kind === 'metric' },
  {
    severity: 5,
    what: 'a failed sign-in, or a failed change to users and access',
    applies: (of) => of.failed && (of.hasCategory('authentication') || of.hasCategory('iam')),
  },
  { severity: 4, what: 'anything else that failed or was denied', applies: (of) => of.failed || of.hasType('denied') },
  { severity: 8, what: 'access of the vendor’s support', applies: (of) => SUPPORT.test(of.words) && writes(of) },
  {
    severity: 8,
    what: 'single sign-on or a second factor taken away',
    applies: (of) => SIGN_IN_PROTECTION.test(of.words) && (of.hasType('deletion') || TAKEN_AWAY.test(of.words)),
  },
  {
    severity: 7,
    what: 'a token, key or other credential made',
    applies: (of) => SECRET.test(of.words) && of.hasType('creation'),
  },
  {
    severity: 7,
    what: 'a change to administrators, roles or permissions',
    applies: (of) => writes(of) && (of.hasType('admin') || PRIVILEGE.test(of.words)),
  },
  {
    severity: 6,
    what: 'a user, group or token deleted',
    applies: (of) => of.hasCategory('iam') && of.hasType('deletion'),
  },
  { severity: 5, what: 'any other change to users and groups', applies: (of) => of.hasCategory('iam') && writes(of) },
  { severity: 5, what: 'anything else deleted', applies: (of) => of.hasType('deletion') },
  { severity: 3, what: 'anything else made or changed', applies: writes },
  {
    severity: 2,
    what: 'a sign-in, a sign-out, a session',
    applies: (of) => of.hasCategory('authentication') || of.hasCategory('session'),
  },
  { severity: 2, what: 'something looked at', applies: (of) => of.hasType('access') },
];

/** An event to which no rule applies need not be harmless. */
const OTHERWISE = 3;

/** The severity of an event, 0 to 10, by its ECS fields only. */
export function cefSeverity(event: unknown, words: string): number {
  const category = fieldAt(event, ['event', 'category']);
  const type = fieldAt(event, ['event', 'type']);
  const facts: Facts = {
    kind: fieldAt(event, ['event', 'kind']),
    isSelfEvent: fieldAt(event, ['event', 'module']) === 'tidemark',
    failed: fieldAt(event, ['event', 'outcome']) === 'failure',
    hasCategory: (one) => Array.isArray(category) && category.includes(one),
    hasType: (one) => Array.isArray(type) && type.includes(one),
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
  return of.hasType('creation') || of.hasType('change') || of.hasType('deletion');
}
