import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { timeText } from '../views/time-text.ts';

/** Shows what lies in quarantine: records in the table, and the objects that Firehose has put aside. */
export async function quarantine(options: FeedOptions): Promise<number> {
  return await look(
    options,
    (looks) => sayQuarantine(looks, options.cloud ?? false),
    async () => {
      const { listPutAside, sayPutAside } = await import('../put-aside/list-put-aside.ts');
      const putAside = await listPutAside(options);
      return putAside && { json: { putAside }, text: sayPutAside(putAside, options.cloud ?? false) };
    },
  );
}

function sayQuarantine(looks: readonly FeedStatusReport[], cloud: boolean): string {
  const rows = looks.flatMap(({ feed, quarantine }) =>
    quarantine.map(({ id, reason, at, bytes, destinations }) => [
      feed,
      id,
      reason,
      timeText(at),
      bytes,
      destinations?.join(', ') ?? '-',
    ]),
  );
  if (rows.length === 0) return 'Nothing is in quarantine.';
  const again = `tidemark redrive --feed PATTERN [--id ID]${cloud ? ' --cloud' : ''} sends them again.`;
  return [columns(['feed', 'id', 'reason', 'since', 'bytes', 'lacking at'], rows), again].join('\n');
}
