import type { SignInsOnRecord } from '../requests/access/own-sign-ins.ts';
import type { Asker } from '../requests/ask.ts';
import { lookUp } from '../requests/lookups.ts';
import { Endpoint } from '../requests/pause.ts';
import { checkVisibility } from '../requests/visibility.ts';
import type { PreparedConnection } from '../run/feed-context.ts';
import { SECOND } from '../time.ts';
import type { ConnectionContext, Shared } from './connection-context.ts';

/** Performs the lookups and checks that all feeds need. They may take the time of the whole run, not only one feed's slice. */
export async function prepareConnection(
  { source, connection: configured }: ConnectionContext,
  { store, secretVersion, stopAt }: Shared,
  feedAsker: Asker,
): Promise<PreparedConnection> {
  // These requests are the check of the secret.
  const { checkSecret: _, ...askerOfAll } = feedAsker;
  // What these endpoints say is not about the endpoint of the feed that happens to come first.
  const asker = { ...askerOfAll, stopAt, endpoint: new Endpoint() };
  const connection = await lookUp({ source, store, secretVersion, asker }, configured);
  const visibility = await checkVisibility(asker, { connection, store, secretVersion });
  const signInsOnRecord = async (fresh: boolean): Promise<SignInsOnRecord> => {
    if (fresh) await store.refresh();
    const { signIns = [], clockOffset = 0 } = store.state;
    return { seconds: signIns, syncedAt: store.syncedAt - clockOffset * SECOND };
  };
  return { connection, visibility, signInsOnRecord };
}
