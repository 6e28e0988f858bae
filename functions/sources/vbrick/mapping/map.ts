import type { EcsFields, EcsUser } from '../../../core/ecs-event.ts';
import type { Connection, Identity, Row } from '../../../core/model.ts';
import { displayNameOf, searchTermsOf, sentenceAbout } from '../../../source-kit/persons.ts';
import { filled } from '../../../source-kit/present.ts';
import { shortened } from '../../../source-kit/scalars.ts';
import { unknownEventTags } from '../../../source-kit/unknown-event.ts';
import { accountIdOf } from '../answers/question.ts';
import type { Turn } from '../answers/turns.ts';
import { changesBetween } from './changes.ts';
import { type Act, classify } from './classify.ts';
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
  return {
    message: messageOf(actor, act, story),
    ...unknownEventTags(act.verb !== undefined),
    event: {
      ...classOf(act),
      ...wordsOf(act, story),
      outcome: outcomeOf(act, entry),
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

/** ECS category and type. */
function classOf({ subject, verb }: Act): { category?: string[]; type: string[] } {
  const done = verb === undefined ? 'info' : verb === 'view' ? 'access' : verb;
  switch (subject) {
    case 'access':
      return { category: ['authentication'], type: [done] };
    case 'user':
    case 'group':
      // iam has no type for access: reading a user changes nothing.
      return { category: ['iam'], type: [done === 'access' ? 'info' : done, subject] };
    case 'device':
      return { category: ['configuration', 'host'], type: [done] };
    case 'video':
      return { category: verb === 'change' ? ['configuration', 'file'] : ['file'], type: [done] };
    case 'webcast':
      return { category: ['configuration'], type: [done] };
    case 'other':
      return { ...(verb && { category: ['configuration'] }), type: [done] };
  }
}

/** The action says what became of the thing if that is known: `user-suspended` rather than `modify-user`. */
function wordsOf({ subject, action }: Act, story: Story): { action?: string; reason?: string } {
  const turns = turnsOf(story);
  const turned = subject !== 'access' && turns.length > 0;
  const result = turned ? [subject, ...turns.map(({ turn }) => turn)].join('-') : action;
  const reason = shortened(reasonsOf(story).join('. '), LONGEST_SENTENCE);
  return { ...(result !== undefined && { action: result }), ...(reason !== '' && { reason }) };
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

function messageOf(actor: EcsUser, { action }: Act, story: Story): string {
  const { name, target = {} } = story;
  const whom = name ?? (isSamePerson(actor, target) ? undefined : displayNameOf(target));
  const what = action?.replaceAll('-', ' ') ?? 'activity without a name';
  const sentence = sentenceAbout(actor, whom === undefined ? what : `${what} (${whom})`);
  return shortened([sentence, ...reasonsOf(story)].join('. '), LONGEST_SENTENCE);
}

function reasonsOf(story: Story): string[] {
  return [story.failure, ...turnsOf(story).map(({ reason }) => reason)].filter((text) => text !== undefined);
}

function turnsOf({ turns = [] }: Story): Turn[] {
  return turns.filter((turn) => turn !== undefined);
}
