import { remembered } from '../../core/events/remembered.ts';

/** The kind of act that the text of an event means. */
export interface Classification {
  readonly category: readonly string[];
  readonly type: readonly string[];
  /** Undefined for a text without letters and digits. */
  readonly action: string | undefined;
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** Whether the text was understood. The vendor publishes no list of its events, so some are not. */
  readonly known: boolean;
}

const LONGEST_ACTION = 100;
/** Maximum length of a text that is looked at: its meaning is at its beginning. */
const LONGEST_TEXT = 1_000;

const LOGIN = /\b(?:log(?:ged)?|sign(?:ed)?)[ -]?(?:in|on)\b/;
const LOGOUT = /\b(?:log(?:ged)?|sign(?:ed)?)[ -]?(?:out|off)\b/;
const FAILURE = /\b(?:failed|failure|denied|rejected|unsuccessful)\b/;

/** What is done, the most specific first: the first pattern that matches counts. */
const VERBS: readonly (readonly [type: string, words: RegExp])[] = [
  ['deletion', /\b(?:delet(?:ed|ion)|remov(?:ed|al)|revoked|uninstalled)\b/],
  ['creation', /\b(?:creat(?:ed|ion)|added|generated|registered|invited|installed|imported|cloned|duplicated)\b/],
  [
    'change',
    /\b(?:updated?|modif(?:ied|ication)|changed?|edited|saved|renamed|moved|transferred|reset|regenerated|renewed|rotated|(?:en|dis)abled|(?:de)?activated|(?:un)?assigned|(?:un)?locked|(?:un)?suspended|granted|restored|started|stopped|(?:un)?shared)\b/,
  ],
  ['access', /\b(?:viewed|accessed|downloaded|exported)\b/],
];

/** "Added to" and "removed from" change the last thing in the text; they neither create nor delete one. */
const MEMBERSHIP = /\b(?:(?:added|assigned|granted)\b.* to\b|(?:removed|unassigned)\b.* from\b)/;

/** What it is done to. An iam event has two types: the act, and the group, user or admin object. */
const SUBJECTS: Readonly<Record<'group' | 'user' | 'admin' | 'thing', string>> = {
  group: 'account groups?',
  thing:
    'account settings?|organizations?|tests?|alert rules?|alerts?|suppression windows?|notifications?|reports?|dashboards?|widgets?|snapshots?|share links?|' +
    'agents?|clusters?|labels?|tags?|integrations?|connectors?|webhooks?|streams?|templates?|monitors?|credentials?|settings?|' +
    'usage|limits?|quotas?|prox(?:y|ies)|networks?|devices?|interfaces?|sites?|certificates?|single sign-on|sso|saml|identity providers?',
  user: 'users?|logins?|sign-?ins?|accounts?|passwords?|(?:api |access |bearer |oauth )?tokens?|two-factor authentication|multi-factor authentication|mfa',
  admin: 'roles?|permissions?',
};
const SUBJECT = new RegExp(
  `\\b(?:${Object.entries(SUBJECTS)
    .map(([kind, words]) => `(?<${kind}>${words})`)
    .join('|')})\\b`,
  'g',
);

/** Understands an event by its words. Case, outer space and the final period (API version 6 had none) do not matter. */
export const classify = remembered(classifyText);

function classifyText(text: string): Classification {
  const words = text.trim().slice(0, LONGEST_TEXT).toLowerCase().replace(/\.$/, '').trim();
  const failed = FAILURE.test(words);
  const action = actionOf(words);
  const isMembership = MEMBERSHIP.test(words);
  const verb = isMembership ? 'change' : VERBS.find(([, pattern]) => pattern.test(words))?.[0];
  // "Login disabled" is a change to a user; "Login" and "Login failed" are sign-ins.
  if (verb === undefined || failed) {
    const type = LOGIN.test(words) ? 'start' : LOGOUT.test(words) ? 'end' : undefined;
    if (type)
      return {
        category: ['authentication'],
        type: [type],
        action,
        outcome: failed ? 'failure' : 'success',
        known: true,
      };
  }
  const subjects = subjectsIn(words);
  const subject = isMembership ? subjects.at(-1) : subjects[0];
  return {
    ...classOf(subject, verb),
    action,
    // The log uses the past tense for what has been done successfully.
    outcome: failed ? 'failure' : verb ? 'success' : 'unknown',
    known: subject !== undefined && verb !== undefined,
  };
}

function classOf(subject: string | undefined, verb: string | undefined): Pick<Classification, 'category' | 'type'> {
  if (subject === undefined || subject === 'thing') {
    // A verb alone still says that something was created, changed or deleted. Without a verb, no category is certain.
    return { category: subject || verb ? ['configuration'] : [], type: [verb ?? 'info'] };
  }
  // iam has no type for access: reading a user changes nothing.
  return { category: ['iam'], type: [verb === undefined || verb === 'access' ? 'info' : verb, subject] };
}

/** The kinds of things in the text, in order. */
function subjectsIn(words: string): string[] {
  return [...words.matchAll(SUBJECT)].flatMap(({ groups = {} }) =>
    Object.keys(groups).filter((kind) => groups[kind] !== undefined),
  );
}

/** A text as one word that queries and rules can name: `login-failed`. */
function actionOf(words: string): string | undefined {
  const word = words.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  const short = [...word].slice(0, LONGEST_ACTION).join('').toWellFormed().replace(/-$/, '');
  return short === '' ? undefined : short;
}
