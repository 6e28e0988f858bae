import { SELF_EVENTS } from '../../../functions/core/events/self-events.ts';
import type { Source } from '../../../functions/core/model.ts';
import { ACTIONS, meaningOf } from '../../../functions/source-kit/acts/vocabulary.ts';
import { recordedActions } from '../../actions-section.ts';

/** What each action means: those of the vocabulary, those of the golden events, and Tidemark's own. */
export function actionsLookup(sources: readonly Source[]): string {
  const known = [...new Set([...Object.keys(ACTIONS), ...recordedActions(sources).keys()])];
  const rows = known.map((action) => {
    const { means = '', category = [], type = [] } = meaningOf(action) ?? {};
    return [action, means, category.join(' '), type.join(' ')];
  });
  const own = Object.entries(SELF_EVENTS).map(([act, when]) => [act, when, 'configuration', 'info']);
  return csv(['action', 'meaning', 'category', 'type'], [...rows, ...own].sort(byFirst));
}

/** What each stream is, by `event.dataset`. */
export function streamsLookup(sources: readonly Source[]): string {
  const rows = sources.flatMap(({ id, title, streams }) =>
    streams.map((stream) => [`${id}.${stream.name}`, `${title}: ${stream.title}`, stream.needs, stream.docs]),
  );
  return csv(['dataset', 'title', 'permission', 'page'], rows.sort(byFirst));
}

function byFirst([one = '']: readonly string[], [other = '']: readonly string[]): number {
  return one < other ? -1 : 1;
}

function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
