import type { EcsFields, EcsUser } from '../../../core/ecs-event.ts';
import type { Connection, Identity, Row } from '../../../core/model.ts';
import { shortened } from '../answers/json-object.ts';
import { accountIdOf } from '../answers/question.ts';
import type { Turn } from '../answers/turns.ts';
import { changesBetween } from './changes.ts';
import { type Act, classify } from './classify.ts';
import { type Entry, entryOf } from './entry.ts';
import { principalIn } from './person.ts';
import { namesOf, type Story, signedIn, storyOf } from './story.ts';

/** The engine counts the events with this tag: the vendor's list of commands is not published, and a new one should be noticed. */
const UNKNOWN_EVENT_TAG = 'tidemark-unknown-event';

const LONGEST_SENTENCE = 1_000;

/** A row as ECS. Which collection it came from does not matter: the same row is the same event. */
export function map(row: Row, _identity: Identity, connection: Connection): EcsFields {
  const entry = entryOf(row);
  const act = classify(entry.messageKey, entry.entityKey);
  const open = connection.settings.includeStates !== false;
  const story = storyOf(entry, act, open);
  const actor = story.actor ?? principalIn(entry.principal);
  const accountId = accountIdOf(connection);
  return {
    message: messageOf(actor, act, story),
    ...(act.verb === undefined && { tags: [UNKNOWN_EVENT_TAG] }),
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

/** Where ECS puts such an act. */
function classOf({ subject, verb }: Act): { category?: string[]; type: string[] } {
  const done = verb === undefined ? 'info' : verb === 'view' ? 'access' : verb;
  switch (subject) {
    case 'access':
      return { category: ['authentication'], type: [done] };
    case 'user':
    case 'group':
      // iam knows no access: who looks at a user changes nothing.
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

/** The action says what has become of the thing, where that is known: `user-suspended` rather than `modify-user`. */
function wordsOf({ subject, action }: Act, story: Story): { action?: string; reason?: string } {
  const turns = turnsOf(story);
  const turned = subject !== 'access' && turns.length > 0;
  const told = turned ? [subject, ...turns.map(({ turn }) => turn)].join('-') : action;
  const reason = shortened(reasonsOf(story).join('. '), LONGEST_SENTENCE);
  return { ...(told !== undefined && { action: told }), ...(reason !== '' && { reason }) };
}

/** Of a sign-in the row says whether it succeeded; anything else is audited when it has been done. */
function outcomeOf({ subject, verb, failed }: Act, { message }: Entry): 'success' | 'failure' | 'unknown' {
  const said = subject === 'access' ? signedIn(message) : undefined;
  if (said !== undefined) return said ? 'success' : 'failure';
  if (failed) return 'failure';
  return subject !== 'access' && verb ? 'success' : 'unknown';
}

/** Who acts at the root, who is acted upon below it; one person alone stands at the root. */
function usersOf(actor: EcsUser, { target = {}, changes = {} }: Story): object {
  if (isSamePerson(actor, target)) return { ...target, ...actor, ...filled({ changes }) };
  return { ...actor, ...filled({ target, changes }) };
}

function isSamePerson(one: EcsUser, other: EcsUser): boolean {
  return one.id !== undefined && one.id.toLowerCase() === other.id?.toLowerCase();
}

function peopleIn(actor: EcsUser, { target = {}, changes = {}, members = [], others = [] }: Story): string[] {
  const people = [actor, target, changes].flatMap(namesOf);
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
  const who = nameOf(actor);
  const whom = name ?? (isSamePerson(actor, target) ? undefined : nameOf(target));
  const what = action?.replaceAll('-', ' ') ?? 'activity without a name';
  const sentence = `${who === undefined ? '' : `${who}: `}${what}${whom === undefined ? '' : ` (${whom})`}`;
  return shortened([sentence, ...reasonsOf(story)].join('. '), LONGEST_SENTENCE);
}

/** What people call somebody. */
function nameOf({ full_name, name, email, id }: EcsUser): string | undefined {
  return full_name ?? name ?? email ?? id;
}

function reasonsOf(story: Story): string[] {
  return [story.failure, ...turnsOf(story).map(({ reason }) => reason)].filter((text) => text !== undefined);
}

function turnsOf({ turns = [] }: Story): Turn[] {
  return turns.filter((turn) => turn !== undefined);
}

/** The object without what says nothing: no value, no text, an empty list or object. */
function filled(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0),
    ),
  );
}
