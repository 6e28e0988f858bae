import { EVENT_COLUMNS } from '../../../lib/delivery/event-columns.ts';
import { eventQueries } from '../../../lib/delivery/event-queries.ts';
import type { ContentInputs } from '../content-inputs.ts';

/** The saved queries of the stack, as they are for a destination named lake. */
export function queryFiles({ sources }: ContentInputs): Readonly<Record<string, string>> {
  const columns = [...Object.keys(EVENT_COLUMNS), ...sources.map(({ id }) => id)];
  const queries = eventQueries({ lake: 'lake', database: 'tidemark', table: 'lake', columns });
  return Object.fromEntries(
    queries.map(({ file, name, description, text }) => [file, `-- ${name}. ${description}\n${text}`]),
  );
}
