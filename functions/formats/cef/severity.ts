import { remembered } from '../../core/events/remembered.ts';
import { fieldAt } from '../ecs-field.ts';

/** The facts that decide how severe an event is. */
interface Facts {
  readonly kind: unknown;
  readonly isSelfEvent: boolean;
  readonly failed: boolean;
  hasCategory(category: string): boolean;
  hasType(type: string): boolean;
  /** What the words of the action are about. */
  readonly action: Readonly<Record<keyof typeof TOPICS, boolean>>;
}

interface SeverityRule {
  readonly severity: number;
  readonly what: string;
  applies(facts: Facts): boolean;
}

/** What an action can be about, by its words in lower case, separated by spaces. */
const TOPICS = {
  support: /\bsupport\b/,
  signInProtection: /\b(?:two factor|multi factor|2fa|mfa|sso|single sign on|saml|identity providers?)\b/,
  takenAway: /\b(?:delete|disable|remove|reset|turn|switch)(?:d|ed|ned off|off)?\b|\boff\b/,
  secret: /\b(?:tokens?|api keys?|access keys?|secrets?|credentials?|api authorizations?)\b/,
  privilege: /\b(?:roles?|permissions?|privileges?|admins?|administrators?|authorizations?)\b/,
};

const topicsOf = remembered((words) => ({
  support: TOPICS.support.test(words),
  signInProtection: TOPICS.signInProtection.test(words),
  takenAway: TOPICS.takenAway.test(words),
  secret: TOPICS.secret.test(words),
  privilege: TOPICS.privilege.test(words),
}));

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
  { severity: 8, what: 'access of the vendor’s support', applies: (of) => of.action.support && writes(of) },
  {
    severity: 8,
    what: 'single sign-on or a second factor taken away',
    applies: (of) => of.action.signInProtection && (of.hasType('deletion') || of.action.takenAway),
  },
  {
    severity: 7,
    what: 'a token, key or other credential made',
    applies: (of) => of.action.secret && of.hasType('creation'),
  },
  {
    severity: 7,
    what: 'a change to administrators, roles or permissions',
    applies: (of) => writes(of) && (of.hasType('admin') || of.action.privilege),
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
  const about = fieldAt(event, 'event');
  const category = fieldAt(about, 'category');
  const type = fieldAt(about, 'type');
  const facts: Facts = {
    kind: fieldAt(about, 'kind'),
    isSelfEvent: fieldAt(about, 'module') === 'tidemark',
    failed: fieldAt(about, 'outcome') === 'failure',
    hasCategory: (one) => Array.isArray(category) && category.includes(one),
    hasType: (one) => Array.isArray(type) && type.includes(one),
    action: topicsOf(words),
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
