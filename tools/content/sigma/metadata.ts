import { oneOf, optionalTextAt, textAt, textsAt, type YamlMap } from './parts.ts';
import { LEVELS, type Rule, STATUSES } from './rule.ts';
import type { Place } from './rule-error.ts';

/** Keys of a rule that alerts, beside what it detects. `runbook` is a field of our own: the specification allows such. */
export const METADATA_KEYS = [
  'title',
  'id',
  'name',
  'status',
  'description',
  'references',
  'author',
  'date',
  'modified',
  'tags',
  'falsepositives',
  'level',
  'runbook',
];

/** A random UUID, as the specification recommends it. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const TAG = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/;
const TECHNIQUE = /^attack\.t(?<number>\d{4}(?:\.\d{3})?)$/;
const LONGEST_TITLE = 256;

/** Reads what people need to judge an alert. */
export function parseMetadata(place: Place, rule: YamlMap): Omit<Rule, 'file' | 'logic'> {
  const tags = textsAt(place.at('tags'), rule.tags, { atLeast: 1 });
  for (const tag of tags) textAt(place.at('tags'), tag, TAG);
  const techniques = tags.flatMap((tag) => {
    const number = TECHNIQUE.exec(tag)?.groups?.number;
    return number === undefined ? [] : [`T${number}`];
  });
  if (techniques.length === 0)
    throw place.at('tags').error('No technique of ATT&CK is among them', 'Add one like attack.t1110.');
  const runbook = textAt(place.at('runbook'), rule.runbook);
  if (runbook.includes('\n')) throw place.at('runbook').error('It has several lines', 'Write one line.');
  const modified = optionalTextAt(place.at('modified'), rule.modified, DATE);
  return {
    ...parseIdentity(place, rule),
    status: oneOf(place.at('status'), rule.status, STATUSES),
    description: textAt(place.at('description'), rule.description),
    author: textAt(place.at('author'), rule.author),
    date: textAt(place.at('date'), rule.date, DATE),
    ...(modified !== undefined && { modified }),
    level: oneOf(place.at('level'), rule.level, LEVELS),
    tags,
    techniques,
    references: textsAt(place.at('references'), rule.references, { atLeast: 0 }),
    falsePositives: textsAt(place.at('falsepositives'), rule.falsepositives, { atLeast: 1 }),
    runbook,
  };
}

/** Reads what tells a rule from all others. */
export function parseIdentity(place: Place, rule: YamlMap): { id: string; title: string } {
  const title = textAt(place.at('title'), rule.title);
  if (title.length > LONGEST_TITLE)
    throw place.at('title').error('It is too long', `Write at most ${LONGEST_TITLE} characters.`);
  return { id: textAt(place.at('id'), rule.id, UUID), title };
}
