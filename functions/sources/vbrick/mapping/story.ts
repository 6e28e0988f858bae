import type { EcsFields, EcsUser } from '../../../core/ecs-event.ts';
import { isObject, type JsonObject, textIn, textsOf, valueIn } from '../answers/json-object.ts';
import { isId } from '../answers/keys-only.ts';
import { accessTurn, deviceTurn, hindrance, rolesTurn, statusTurn, type Turn } from '../answers/turns.ts';
import type { Act } from './classify.ts';
import type { Entry } from './entry.ts';
import { changedIn, personIn, principalIn, rolesIn } from './person.ts';

/** What a row tells beyond who did what when. */
export interface Story {
  /** Who acts, where that is not the principal. */
  readonly actor?: EcsUser;
  /** Who is acted upon, and what of them is different now. */
  readonly target?: EcsUser;
  readonly changes?: EcsUser;
  readonly fields?: Pick<EcsFields, 'group' | 'host'> & { readonly file?: { readonly name: string } };
  /** What it is about, for people. */
  readonly name?: string | undefined;
  readonly turns?: readonly (Turn | undefined)[];
  /** Why it did not succeed. */
  readonly failure?: string | undefined;
  /** Users who came into a group or left it. */
  readonly members?: readonly string[];
  /** Users who have some other part in it. */
  readonly others?: readonly string[];
}

const MOST_MEMBERS = 100;

/**
 * Tells what the row is about.
 *
 * @param open whether what the states and the command hold may be told; else only that it is different, and ids
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
      return mediaStory(entry, subject, verb === 'deletion', open);
    case 'other':
      return { name: nameIn(entry, open) ?? entry.entityId };
  }
}

/** Whether a sign-in succeeded; none where the row does not say. */
export function signedIn(message: JsonObject | undefined): boolean | undefined {
  const said = valueIn(message, 'logonsuccessful');
  if (typeof said !== 'string') return typeof said === 'boolean' ? said : undefined;
  return said.toLowerCase() === 'true' ? true : said.toLowerCase() === 'false' ? false : undefined;
}

/** Whose sign-in a row of the sign-ins shows. */
export function signerOf({ message, entityId }: Pick<Entry, 'message' | 'entityId'>): string | undefined {
  return textIn(message, 'userid') ?? entityId;
}

/** Who signs in is who acts, whoever recorded it. */
function accessStory(entry: Entry, open: boolean): Story {
  const { message, before, after } = entry;
  const { id: principalId, ...names } = principalIn(entry.principal);
  const id = idAs(signerOf(entry), open) ?? entry.entityId ?? principalId;
  const isPrincipal = principalId === undefined || principalId === id;
  const turn = statusTurn(before, after, open);
  // A status that has just changed tells of itself.
  const why = open && !turn ? hindrance(after) : undefined;
  return {
    actor: { ...(id !== undefined && { id }), ...(open && personOf(after, before)), ...(isPrincipal && names) },
    ...(signedIn(message) === false && { failure: why === undefined ? 'Sign-in failed' : `Sign-in failed: ${why}` }),
    ...(!isPrincipal && { others: namesOf({ id: principalId, ...names }) }),
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
      // ECS has a target as it was before.
      ...(open && personOf(before, after, message)),
      ...(roles && roles.length > 0 && { roles: [...roles] }),
    },
    ...(open && before && after && { changes: changesOf(before, after) }),
    turns: [statusTurn(before, after, open), rolesTurn(before, after, open)],
  };
}

function changesOf(before: JsonObject, after: JsonObject): EcsUser {
  const roles = rolesIn(after) ?? [];
  const hasChangedRoles = rolesTurn(before, after, true) !== undefined && roles.length > 0;
  return { ...changedIn(personIn(before), personIn(after)), ...(hasChangedRoles && { roles: [...roles] }) };
}

function groupStory(entry: Entry, open: boolean): Story {
  const { message } = entry;
  const id = entry.entityId ?? idAs(textIn(message, 'groupid'), open);
  const name = nameIn(entry, open);
  const named = textsOf(valueIn(message, 'userids', 'userid', 'memberids'), MOST_MEMBERS);
  const members = named.filter((member) => open || isId(member));
  const [only] = members;
  return {
    fields: { group: { ...(id !== undefined && { id }), ...(name !== undefined && { name }) } },
    name: name ?? id,
    members,
    // Of several members none is the one.
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

/** Who may see it is what matters most of a video or a webcast. */
function mediaStory(entry: Entry, subject: 'video' | 'webcast', isDeleted: boolean, open: boolean): Story {
  const { message, before, after } = entry;
  const settings = settingsIn(message);
  const title = nameIn(entry, open);
  return {
    ...(title !== undefined && subject === 'video' && { fields: { file: { name: title } } }),
    name: title ?? entry.entityId,
    turns: isDeleted ? [] : [accessTurn(before, after, settings, open)],
    others: [before, after, settings].flatMap((state) => idAs(textIn(state, 'owneruserid'), open) ?? []),
  };
}

/** What the thing is called: as it is now, as it was, or as the command has it. */
function nameIn({ message, before, after }: Entry, open: boolean): string | undefined {
  if (!open) return undefined;
  const states = [after, before, settingsIn(message)];
  return states.map((state) => textIn(state, 'title', 'name')).find((name) => name !== undefined);
}

/** The settings that a command makes: some commands have them one level down. */
function settingsIn(message: JsonObject | undefined): JsonObject | undefined {
  const settings = valueIn(message, 'settings');
  return isObject(settings) ? settings : message;
}

/** The first of these states that says who it is. */
function personOf(...states: readonly (JsonObject | undefined)[]): EcsUser {
  return states.map(personIn).find((person) => Object.keys(person).length > 0) ?? {};
}

/** An id from a state or a command; where these are not to be told, only what can be nothing else. */
function idAs(id: string | undefined, open: boolean): string | undefined {
  return open || isId(id) ? id : undefined;
}

/** All that somebody is called. */
export function namesOf({ id, name, email, full_name }: EcsUser): string[] {
  return [id, name, email, full_name].filter((text) => text !== undefined);
}
