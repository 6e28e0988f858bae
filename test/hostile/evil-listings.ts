import type { SnapshotFeed, Source } from '../../functions/core/model.ts';
import { type SnapshotCase, snapshotCases } from '../../tools/golden.ts';

/** Answers about how things are: the documented ones with a value in them that is nested very deep. */
export interface EvilListing {
  readonly name: string;
  readonly feed: SnapshotFeed;
  readonly answers: {
    readonly deep: readonly string[];
    /** The same, and something honest has changed. */
    readonly deepAndChanged: readonly string[];
    /** The same, and what is nested deep has changed far below. */
    readonly deeper: readonly string[];
  };
}

type Fields = Record<string, unknown>;

const DEPTH = 100_000;
const DEPTH_AT_KEYS = 8_000;

/** The documented case of each snapshot stream of a source. */
export function evilListings(source: Source, lists: (depth: number) => string): EvilListing[] {
  const byStream = Map.groupBy(snapshotCases(source), ({ feed }) => feed);
  return [...byStream].map(([feed, cases]) => {
    const documented = cases.find(({ name }) => /\/documented/.test(name)) as SnapshotCase;
    const answers = documented.answers.map(({ text }) => text);
    const withDeep = (depth: number, more: Fields) => [
      ...answers.slice(0, -1),
      evilAnswer(answers.at(-1) as string, lists(depth), more),
    ];
    return {
      name: feed.name,
      feed,
      answers: {
        deep: withDeep(DEPTH, {}),
        deepAndChanged: withDeep(DEPTH, { name: 'changed-since' }),
        deeper: withDeep(DEPTH + 1, { name: 'changed-since' }),
      },
    };
  });
}

/**
 * The first thing of the answer gets a deep value under a key of its own; what else is to change does so in it, too. Under each
 * documented key stands one as well: in a thing of its own, or, where there is one thing only, in that.
 */
function evilAnswer(answer: string, deep: string, more: Fields): string {
  const value = JSON.parse(answer) as Fields | Fields[];
  const evil = (thing: Fields | undefined) => ({ ...thing, ...more, nested: '@deep@' });
  const isList = Array.isArray(value);
  const keys = Object.keys((isList ? value[0] : value) ?? {});
  const own = (key: string, at: number): Fields => ({ ...(value as Fields[])[0], id: `own-${at}`, [key]: '@always@' });
  const whole = isList
    ? [evil(value[0]), ...value.slice(1), ...keys.map(own)]
    : // Without its id it would be another thing whenever it changes.
      evil({ ...value, ...Object.fromEntries(keys.filter((key) => key !== 'id').map((key) => [key, '@always@'])) });
  return JSON.stringify(whole)
    .replace('"@deep@"', () => deep)
    .replaceAll('"@always@"', () => '['.repeat(DEPTH_AT_KEYS) + ']'.repeat(DEPTH_AT_KEYS));
}
