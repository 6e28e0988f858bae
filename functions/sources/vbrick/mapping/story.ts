import type { EcsFields, EcsUser } from '../../../core/ecs-event.ts';
import { type Fields, isObject } from '../../../source-kit/json-values.ts';
import { searchTermsOf } from '../../../source-kit/persons.ts';
import { textIn, textsOf, valueIn } from '../answers/json-object.ts';
import { isId } from '../answers/keys-only.ts';
import { accessTurn, deviceTurn, hindrance, rolesTurn, statusTurn, type Turn } from '../answers/turns.ts';
import type { Act } from './classify.ts';
import type { Entry } from './entry.ts';
import { changedIn, personIn, principalIn, rolesIn } from './person.ts';

/** What a row tells besides who did what when. */
export interface Story {
  /** Who acts, if that is not the principal. */
  readonly actor?: EcsUser;
  /** Who is acted upon, and which of their fields have new values. */
  readonly target?: EcsUser;
  readonly changes?: EcsUser;
  readonly fields?: Pick<EcsFields, 'group' | 'host'> & { readonly file?: { readonly name: string } };
  /** The name of the thing, for people. */
  readonly name?: string | undefined;
  readonly turns?: readonly (Turn | undefined)[];
  /** Why it did not succeed. */
  readonly failure?: string | undefined;
  /** Users who came into a group or left it. */
  readonly members?: readonly string[];
  /** Users who have some other part in it. */
  readonly others?: readonly string[];
}

const MAX_MEMBERS = 100;

/**
 * Collects what the row tells, by the kind of thing that it is about.
 *
 * @param open whether values of the states and the command may be passed on; else only ids, and that something changed
 */
export function storyOf(entry: Entry, { subject, verb }: Act, open: boolean): Story {
  switch (subject) {
    case 'access':
      return accessStory(entry, open);
    case 'user':
      return userStory(entry, open);
    case 'group':
      return groupStory(entry, open);
    case 'device':
      return deviceStory(entry, open);
    case 'video':
    case 'webcast':
      return mediaStory(entry, { name: subject, verb }, open);
    case 'role':
    case 'other':
      return { name: nameIn(entry, open) ?? entry.entityId };
  }
}

/** Whether a sign-in succeeded. Undefined if the row does not say. */
export function signedIn(message: Fields | undefined): boolean | undefined {
  const value = valueIn(message, 'logonsuccessful');
  if (typeof value !== 'string') return typeof value === 'boolean' ? value : undefined;
  const text = value.toLowerCase();
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

/** The id of the user who signed in. */
export function signerOf({ message, entityId }: Pick<Entry, 'message' | 'entityId'>): string | undefined {
  return textIn(message, 'userid') ?? entityId;
}

/** The actor of a sign-in is the user who signs in, and not the principal that recorded it. */
function accessStory(entry: Entry, open: boolean): Story {
  const { message, before, after } = entry;
  const { id: principalId, ...names } = principalIn(entry.principal);
  const id = idAs(signerOf(entry), open) ?? entry.entityId ?? principalId;
  const isPrincipal = principalId === undefined || principalId === id;
  const turn = statusTurn(before, after, open);
  // A status that has just changed is already in the turn.
  const why = open && !turn ? hindrance(after) : undefined;
  return {
    actor: { ...(id !== undefined && { id }), ...(open && personOf(after, before)), ...(isPrincipal && names) },
    ...(signedIn(message) === false && { failure: why === undefined ? 'Sign-in failed' : `Sign-in failed: ${why}` }),
    ...(!isPrincipal && { others: searchTermsOf({ id: principalId, ...names }) ?? [] }),
    turns: [turn],
  };
}

function userStory(entry: Entry, open: boolean): Story {
  const { message, before, after } = entry;
  const id = entry.entityId ?? idAs(textIn(message, 'userid'), open);
  const roles = open ? rolesIn(before ?? after) : undefined;
  return {
    target: {
      ...(id !== undefined && { id }),
      // In ECS, user.target is the user before the change.
      ...(open && personOf(before, after, message)),
      ...(roles && roles.length > 0 && { roles: [...roles] }),
    },
    ...(open && before && after && { changes: changesOf(before, after) }),
    turns: [statusTurn(before, after, open), rolesTurn(before, after, open)],
  };
}

function changesOf(before: Fields, after: Fields): EcsUser {
  const roles = rolesIn(after) ?? [];
  const hasChangedRoles = rolesTurn(before, after, true) !== undefined && roles.length > 0;
  return { ...changedIn(personIn(before), personIn(after)), ...(hasChangedRoles && { roles: [...roles] }) };
}

function groupStory(entry: Entry, open: boolean): Story {
  const { message } = entry;
  const id = entry.entityId ?? idAs(textIn(message, 'groupid'), open);
  const name = nameIn(entry, open);
  const named = textsOf(valueIn(message, 'userids', 'userid', 'memberids'), MAX_MEMBERS);
  const members = named.filter((member) => open || isId(member));
  const [only] = members;
  return {
    fields: { group: { ...(id !== undefined && { id }), ...(name !== undefined && { name }) } },
    name: name ?? id,
    members,
    // Only a single member can be the target.
    ...(members.length === 1 && only !== undefined && { target: { id: only } }),
  };
}

function deviceStory(entry: Entry, open: boolean): Story {
  const id = entry.entityId ?? idAs(textIn(entry.message, 'deviceid'), open);
  const name = nameIn(entry, open);
  const type = entry.entityKey?.split(/[:.]/).at(-1);
  return {
    fields: { host: { ...(id !== undefined && { id }), ...(name !== undefined && { name }), ...(type && { type }) } },
    name: name ?? id,
    turns: [deviceTurn(entry.before, entry.after, open)],
  };
}

/** The most important change of a video or webcast is who may see it. */
function mediaStory(
  entry: Entry,
  { name, verb }: { readonly name: 'video' | 'webcast'; readonly verb: Act['verb'] },
  open: boolean,
): Story {
  const { message, before, after } = entry;
  const settings = settingsIn(message);
  const title = nameIn(entry, open);
  return {
    ...(title !== undefined && name === 'video' && { fields: { file: { name: title } } }),
    name: title ?? entry.entityId,
    turns:
      verb === 'deletion' ? [] : [accessTurn({ name, isNew: verb === 'creation' }, { before, after, settings }, open)],
    others: [before, after, settings].flatMap((state) => idAs(textIn(state, 'owneruserid'), open) ?? []),
  };
}

/** The name of the thing: its present one, the one before, or the one in the command. */
function nameIn({ message, before, after }: Entry, open: boolean): string | undefined {
  if (!open) return undefined;
  const states = [after, before, settingsIn(message)];
  return states.map((state) => textIn(state, 'title', 'name')).find((name) => name !== undefined);
}

/** The settings in a command: some commands have them one level down. */
function settingsIn(message: Fields | undefined): Fields | undefined {
  const settings = valueIn(message, 'settings');
  return isObject(settings) ? settings : message;
}

/** The person in the first of these states that holds one. */
function personOf(...states: readonly (Fields | undefined)[]): EcsUser {
  return states.map(personIn).find((person) => Object.keys(person).length > 0) ?? {};
}

/** An id from a state or a command. If their values must not be passed on, only what cannot be anything but an id. */
function idAs(id: string | undefined, open: boolean): string | undefined {
  return open || isId(id) ? id : undefined;
}
