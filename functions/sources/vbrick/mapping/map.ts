import type { EcsFields, EcsUser } from '../../../core/ecs-event.ts';
import type { Connection, Identity, Row } from '../../../core/model.ts';
import { nameIn, plain, roleSentence, sentenceOf } from '../../../source-kit/acts/sentence.ts';
import { displayNameOf, searchTermsOf } from '../../../source-kit/persons.ts';
import { filled } from '../../../source-kit/present.ts';
import { shortened } from '../../../source-kit/scalars.ts';
import { UNKNOWN_ACTION, unknownEventTags } from '../../../source-kit/unknown-event.ts';
import { accountIdOf } from '../answers/question.ts';
import type { Turn } from '../answers/turns.ts';
import { changesBetween } from './changes.ts';
import { type Act, actionFor, classify, ROLE_GIVEN, ROLE_TAKEN } from './classify.ts';
import { type Entry, entryOf } from './entry.ts';
import { principalIn } from './person.ts';
import { type Story, signedIn, storyOf } from './story.ts';

const LONGEST_SENTENCE = 1_000;

/** A row as ECS. It does not depend on the collection: the same row in two collections is the same event. */
export function map(row: Row, _identity: Identity, connection: Connection): EcsFields {
  const entry = entryOf(row);
  const act = classify(entry.messageKey, entry.entityKey);
  const open = connection.settings.includeStates !== false;
  const story = storyOf(entry, act, open);
  const actor = story.actor ?? principalIn(entry.principal);
  const accountId = accountIdOf(connection);
  const outcome = outcomeOf(act, entry);
  return {
    message: messageOf(actor, { ...act, failed: outcome === 'failure' }, { entry, story }),
    ...unknownEventTags(act.verb !== undefined),
    event: {
      ...classOf(act),
      action: actionIn({ ...act, failed: outcome === 'failure' }, story),
      ...reasonIn(story),
      outcome,
      provider: 'vbrick',
      ...(entry.messageKey !== undefined && { code: entry.messageKey }),
    },
    ...filled({
      ...story.fields,
      user: usersOf(actor, story),
      organization: accountId === undefined ? {} : { id: accountId },
      related: filled({ user: peopleIn(actor, story) }),
      vbrick: filled({ audit: auditOf(entry, story, open) }),
    }),
  };
}

const ACCESS = /^(?:sso|saml\d*|roles?|permissions?|idp|ldap|identity)$/;

/** ECS category and type. */
function classOf({ subject, verb, told }: Act): { category?: string[]; type: string[] } {
  const done = verb === undefined ? 'info' : verb === 'view' ? 'access' : verb;
  if (told?.verb === ROLE_GIVEN || told?.verb === ROLE_TAKEN) return { category: ['iam'], type: ['change', 'user'] };
  switch (subject) {
    case 'access':
      return { category: ['authentication'], type: [done] };
    case 'user':
    case 'group':
      // iam has no type for access: reading a user changes nothing.
      return { category: ['iam'], type: [done === 'access' ? 'info' : done, subject] };
    case 'role':
      return { category: ['iam'], type: [done === 'access' ? 'info' : done, 'admin'] };
    case 'device':
      return { category: ['configuration', 'host'], type: [done] };
    case 'video':
      return { category: verb === 'change' ? ['configuration', 'file'] : ['file'], type: [done] };
    case 'webcast':
      return { category: ['configuration'], type: [done] };
    case 'other':
      // How people sign in is a matter of access.
      if (told?.thing.some((word) => ACCESS.test(word)))
        return { category: ['iam'], type: [done === 'access' ? 'info' : done, 'admin'] };
      return { ...(verb && { category: ['configuration'] }), type: [done] };
  }
}

/**
 * The action says what became of the thing if that is known, and the command only says that it was changed: `user-suspended` rather
 * than `user-updated`.
 */
function actionIn({ subject, verb, told, failed }: Act, story: Story): string {
  if (subject === 'access' && verb !== undefined) return signAction(verb === 'end' ? 'logout' : 'login', failed);
  if (!told) return UNKNOWN_ACTION;
  const turns = turnsOf(story);
  const turn = turns.find(({ first }) => first) ?? turns[0];
  // What was made just now has not changed. That everybody may see it is in the action, and anything else only in the reason.
  const counts = told.verb.done === 'updated' || (verb === 'creation' && turn?.action.endsWith('-created'));
  return turn && counts && !failed ? turn.action : actionFor(told, failed);
}

function signAction(sign: 'login' | 'logout', failed: boolean): string {
  return failed ? `${sign}-failed` : `user-${sign}`;
}

function reasonIn(story: Story): { reason?: string } {
  const reason = shortened(reasonsOf(story).join('. '), LONGEST_SENTENCE);
  return reason === '' ? {} : { reason };
}

/** The row of a sign-in says whether it succeeded. Everything else is audited after it was done. */
function outcomeOf({ subject, verb, failed }: Act, { message }: Entry): 'success' | 'failure' | 'unknown' {
  const succeeded = subject === 'access' ? signedIn(message) : undefined;
  if (succeeded !== undefined) return succeeded ? 'success' : 'failure';
  if (failed) return 'failure';
  return subject !== 'access' && verb ? 'success' : 'unknown';
}

/** The actor is at the root of `user`, and who is acted upon is its `target`. If both are one person, there is no target. */
function usersOf(actor: EcsUser, { target = {}, changes = {} }: Story): object {
  if (isSamePerson(actor, target)) return { ...target, ...actor, ...filled({ changes }) };
  return { ...actor, ...filled({ target, changes }) };
}

function isSamePerson(one: EcsUser, other: EcsUser): boolean {
  return one.id !== undefined && one.id.toLowerCase() === other.id?.toLowerCase();
}

function peopleIn(actor: EcsUser, { target = {}, changes = {}, members = [], others = [] }: Story): string[] {
  const people = searchTermsOf(actor, target, changes) ?? [];
  return [...new Set([...people, ...members, ...others])];
}

function auditOf({ messageKey, entityKey, entityId, before, after }: Entry, story: Story, open: boolean): object {
  const { changes, leftOff } = changesBetween(before, after, open);
  return filled({
    message_key: messageKey,
    entity_key: entityKey,
    entity_id: entityId,
    user_ids: story.members,
    changes,
    changes_left_off: leftOff > 0 ? leftOff : undefined,
  });
}

/** What happened, for people: who did what, and what is worth knowing about it. */
function messageOf(actor: EcsUser, act: Act, { entry, story }: { entry: Entry; story: Story }): string {
  const turns = turnsOf(story).map(({ reason }) => reason);
  // That a sign-in failed is in the sentence; why it failed is not.
  const why = story.failure?.split(': ').slice(1).join(': ');
  const sentence = why
    ? `${whatHappened(actor, act, { entry, story })}: ${why}`
    : whatHappened(actor, act, { entry, story });
  return shortened([sentence, ...turns].map((text) => plain(text, LONGEST_SENTENCE)).join('. '), LONGEST_SENTENCE);
}

function whatHappened(
  user: EcsUser,
  { subject, verb, told, failed }: Act,
  { entry, story }: { entry: Entry; story: Story },
): string {
  const actor = nameIn(user);
  if (subject === 'access' && verb !== undefined) {
    const sign = verb === 'end' ? 'out' : 'in';
    return `${actor ?? 'Somebody'} ${failed ? 'failed to log' : 'logged'} ${sign}`;
  }
  const { name, target = {} } = story;
  const whom = isSamePerson(user, target) ? undefined : displayNameOf(target);
  if (!told) {
    const what = entry.messageKey === undefined ? 'that the record does not name' : 'that Tidemark does not know';
    const code = entry.messageKey === undefined ? '' : `: ${plain(entry.messageKey)}`;
    return `${actor ?? 'Somebody'} did something ${what}${code}${aboutText(name ?? whom)}`;
  }
  if (told.verb === ROLE_GIVEN || told.verb === ROLE_TAKEN) {
    return roleSentence(actor, told.verb === ROLE_GIVEN ? 'assigned' : 'removed', { person: nameIn(target) });
  }
  const isOwn = name === undefined && isSamePerson(user, target);
  return sentenceOf({ actor, ...told, failed, isOwn, name: name ?? whom });
}

function aboutText(name: string | undefined): string {
  return name === undefined ? '' : ` (${plain(name)})`;
}

function reasonsOf(story: Story): string[] {
  return [story.failure, ...turnsOf(story).map(({ reason }) => reason)].filter((text) => text !== undefined);
}

function turnsOf({ turns = [] }: Story): Turn[] {
  return turns.filter((turn) => turn !== undefined);
}
