import { createRandom, pick } from '../random.ts';
import { ACCOUNT_GROUPS, PEOPLE, type Person, THINGS } from './organization.ts';

type Resource = { readonly name: string; readonly type: string };

/** An activity log event as the vendor writes it, without its date. Every property is optional there. */
export interface EventContent {
  readonly accountGroupName: string;
  readonly aid: string;
  readonly event: string;
  readonly ipAddress?: string;
  readonly uid?: string;
  readonly user?: string;
  readonly resources?: readonly Resource[];
}

interface Template {
  readonly weight: number;
  readonly event: string;
  /** Types of the things that it names. A userName is the name of who acts. */
  readonly about?: readonly (keyof typeof THINGS | 'userName')[];
  /** The share of such events that are the vendor's own acts: they have no user. */
  readonly ownShare?: number;
}

/**
 * "Login failed." and "Report created." are documented, and "Test created", "Test deleted", "Test account bindings" and "User registered"
 * were seen in the log; the others follow their style.
 */
const TEMPLATES: readonly Template[] = [
  { weight: 22, event: 'Login' },
  { weight: 9, event: 'Login failed' },
  { weight: 10, event: 'Logout' },
  { weight: 8, event: 'Test created', about: ['testName'] },
  { weight: 14, event: 'Test updated', about: ['testName'] },
  { weight: 4, event: 'Test deleted', about: ['testName'] },
  { weight: 4, event: 'Test account bindings', about: ['testName'] },
  { weight: 3, event: 'Test enabled', about: ['testName'] },
  // The vendor disables a test itself when no agent is left for it.
  { weight: 3, event: 'Test disabled', about: ['testName', 'testName'], ownShare: 0.5 },
  { weight: 3, event: 'Agent added', about: ['agentName'] },
  { weight: 2, event: 'Agent removed', about: ['agentName'] },
  { weight: 1, event: 'Cluster modified', about: ['agentName', 'agentName'] },
  { weight: 3, event: 'Alert rule created', about: ['alertRuleName'] },
  { weight: 4, event: 'Alert rule updated', about: ['alertRuleName', 'testName'] },
  { weight: 1, event: 'Alert rule deleted', about: ['alertRuleName'] },
  { weight: 4, event: 'Report created', about: ['reportTitle', 'testName'] },
  { weight: 1, event: 'Report deleted', about: ['reportTitle'] },
  { weight: 2, event: 'User added', about: ['userDisplayName'] },
  { weight: 1, event: 'User registered', about: ['userName'] },
  { weight: 1, event: 'User removed', about: ['userDisplayName'] },
  { weight: 2, event: 'User role changed', about: ['userDisplayName', 'roleName'] },
  { weight: 1, event: 'Role created', about: ['roleName'] },
  { weight: 1, event: 'Role updated', about: ['roleName'] },
  { weight: 1, event: 'API token generated' },
  { weight: 1, event: 'Account group modified', about: ['accountGroupName'] },
  { weight: 1, event: 'Usage limit changed', about: ['accountGroupName'] },
  { weight: 2, event: 'Label created', about: ['labelName'] },
  { weight: 1, event: 'Label deleted', about: ['labelName'] },
];

const TOTAL_WEIGHT = TEMPLATES.reduce((sum, template) => sum + template.weight, 0);
/** The documentation writes a period behind the text, and the log often does not. */
const PERIOD_SHARE = 0.4;
const EMPTY_RESOURCES_SHARE = 0.05;
const NO_ADDRESS_SHARE = 0.01;
const UNKNOWN_USER_SHARE = 0.2;

/** The event that stands beside every one of these in the log, in the same second and by the same user. */
const BESIDE: Readonly<Record<string, string>> = { 'Test created': 'Test account bindings' };

/** The seed of the event that stands beside that of a seed: the same act, under its other name. */
export function besideOf(seed: number): number | undefined {
  return seed >= 0 && BESIDE[templateOf(createRandom(seed)).event] !== undefined ? -1 - seed : undefined;
}

/** An event, made from a seed: equal seeds make equal events. A negative seed makes the event beside that of another one. */
export function contentOf(seed: number): EventContent {
  if (seed < 0) {
    const content = contentOf(-1 - seed);
    const name = content.event.replace(/\.$/, '');
    return { ...content, event: content.event.replace(name, BESIDE[name] ?? name) };
  }
  const random = createRandom(seed);
  const template = templateOf(random);
  const person = pick(random, PEOPLE);
  const isGuess = template.event === 'Login failed' && random() < UNKNOWN_USER_SHARE;
  const who = isGuess
    ? { user: `unknown (guess${Math.floor(random() * 1000)}@example.com)` }
    : { uid: person.uid, user: nameOf(person) };
  const address = isGuess ? `192.0.2.${Math.floor(random() * 256)}` : pick(random, person.addresses);
  const resources = resourcesOf(template, person, random);
  const group = pick(random, ACCOUNT_GROUPS);
  const hasAddress = random() >= NO_ADDRESS_SHARE;
  const event = random() < PERIOD_SHARE ? `${template.event}.` : template.event;
  const isOwn = random() < (template.ownShare ?? 0);
  return {
    ...group,
    event,
    ...(hasAddress && !isOwn && { ipAddress: address }),
    ...(!isOwn && who),
    ...(resources && { resources }),
  };
}

/** The event's JSON, its fields in the vendor's order. */
export function textOf(content: EventContent, time: number): string {
  const { accountGroupName, aid, ...rest } = content;
  return JSON.stringify({ accountGroupName, aid, date: stamp(time), ...rest });
}

/** A time as the vendor writes it: UTC, whole seconds. */
export function stamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function nameOf(person: Person): string {
  return person.email === undefined ? person.name : `${person.name} (${person.email})`;
}

function templateOf(random: () => number): Template {
  let left = random() * TOTAL_WEIGHT;
  for (const template of TEMPLATES) {
    left -= template.weight;
    if (left < 0) return template;
  }
  return TEMPLATES[0] as Template;
}

/** Some events name things, some have an empty list, some do not have the field. */
function resourcesOf(template: Template, person: Person, random: () => number): readonly Resource[] | undefined {
  if (random() < EMPTY_RESOURCES_SHARE) return [];
  return template.about?.map((type) => ({
    name: type === 'userName' ? person.name : pick(random, THINGS[type]),
    type,
  }));
}
