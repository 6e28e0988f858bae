import type { Source } from '../functions/core/model.ts';
import { VERBS } from '../functions/source-kit/acts/verbs.ts';
import { ACTIONS, ENDINGS, meaningOf, THINGS, UNKNOWN_MEANS } from '../functions/source-kit/acts/vocabulary.ts';
import { UNKNOWN_ACTION } from '../functions/source-kit/unknown-event.ts';
import { goldenCases, goldenEvents, snapshotCases } from './golden.ts';

/** Cases whose names of acts nobody would send. */
const MADE_UP = /hostile|odd|unknown|wrong|missing|documented-openapi/;
/** Maximum number of a vendor's words that are shown for an action. */
const MOST_WORDS = 8;

/** The section about `event.action`: the vocabulary, and which of the vendors' words lead to each action in the golden events. */
export function actionsSection(sources: readonly Source[]): string {
  return `## Actions

\`event.action\` has one vocabulary for all vendors: lower case with dashes, the thing and what happened to it (\`report-created\`). The vendor's own word is
\`event.code\`, and under the vendor's name. An action has the same \`event.category\` and \`event.type\` whatever the vendor, so one rule finds it everywhere.
What failed has \`event.outcome: failure\`, and ends with \`-failed\`: \`login-failed\`, \`user-create-failed\`.

\`${UNKNOWN_ACTION}\`: ${UNKNOWN_MEANS}. It has the tag \`tidemark-unknown-event\`, and its category is what its words say, if they say anything.
Each such name, and each field of a record that Tidemark does not know, is told once in the log, and \`tidemark status\` lists it: the types of what it holds,
never the values, and the line of the mapping that would take it. A feed keeps at most 16 names.

| what happened | \`event.type\` | words that mean it |
|---|---|---|
${[...verbRows(), ...endingRows()].join('\n')}

| the thing | \`event.category\` | second \`event.type\` |
|---|---|---|
${THINGS.map(({ about, category, changed, second }) => `| ${about} | ${namesOf(category)}${changed ? `; of changes ${namesOf(changed)}` : ''} | ${second ? `\`${second}\`` : ''} |`).join('\n')}
| anything else | \`configuration\` | |

These actions are no thing and what happened to it, or have a class of their own:

| action | meaning | category | type |
|---|---|---|---|
${Object.entries(ACTIONS)
  .map(
    ([action, { means, category, type }]) => `| \`${action}\` | ${means} | ${namesOf(category)} | ${namesOf(type)} |`,
  )
  .join('\n')}

The actions of the recorded answers in \`functions/sources/*/fixtures\`, with the vendors' words that lead to them:

| action | meaning | category | type | the vendors' words |
|---|---|---|---|---|
${recordedRows(sources).join('\n')}
`;
}

function verbRows(): string[] {
  return Object.entries(VERBS).flatMap(([kind, dones]) =>
    Object.entries(dones).map(([done, words]) => `| \`${done}\` | ${typeOf(kind)} | ${words.replaceAll(' ', ', ')} |`),
  );
}

function endingRows(): string[] {
  return [
    ...Object.entries(ENDINGS).map(([done, { means, kind }]) => `| \`${done}\` | ${typeOf(kind)} | ${means} |`),
    '| `set-to-…` | `change` | the new value is at the end: `video-access-set-to-public` |',
  ];
}

function typeOf(kind: string): string {
  return (
    {
      restart: '`change`',
      start: '`start`; `change` of what does not run',
      end: '`end`; `change` of what does not run',
    }[kind] ?? `\`${kind}\``
  );
}

/** The actions of the golden events, each with the vendors' words that lead to it. */
export function recordedActions(sources: readonly Source[]): ReadonlyMap<string, ReadonlySet<string>> {
  const words = new Map<string, Set<string>>();
  for (const source of sources) {
    for (const golden of [...goldenCases(source), ...snapshotCases(source)]) {
      if (MADE_UP.test(golden.name)) continue;
      for (const { event, tags } of goldenEvents(golden)) {
        if (event.action === undefined || tags?.includes('tidemark-unknown-event')) continue;
        const known = words.get(event.action) ?? new Set();
        words.set(
          event.action,
          known.add(`${source.title}: ${event.code === undefined ? event.dataset : `“${event.code}”`}`),
        );
      }
    }
  }
  return words;
}

function recordedRows(sources: readonly Source[]): string[] {
  const words = recordedActions(sources);
  return [...words.keys()].sort().map((action) => {
    const { means = '', category = [], type = [] } = meaningOf(action) ?? {};
    const some = [...(words.get(action) ?? [])];
    const more = some.length > MOST_WORDS ? ` and ${some.length - MOST_WORDS} more` : '';
    const shown = some
      .slice(0, MOST_WORDS)
      .map((text) => text.replaceAll('|', '\\|'))
      .join(', ');
    return `| \`${action}\` | ${means} | ${namesOf(category)} | ${namesOf(type)} | ${shown}${more} |`;
  });
}

function namesOf(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
