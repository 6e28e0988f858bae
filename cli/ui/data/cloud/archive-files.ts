import { typeOf } from '../../../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../../../functions/destinations/destination-types.ts';
import { ARCHIVE_BUCKET } from '../../../../lib/account/outputs.ts';
import { ArchiveBucket } from '../../../cloud/buckets/archive-bucket.ts';
import { byPreference, type EventFiles } from '../events/event-files.ts';
import type { CloudPlace } from './cloud-place.ts';

/** The newest objects of a deployment’s archive. */
export function archiveFiles({ account, config, feeds }: CloudPlace): EventFiles {
  const archived = byPreference(config.destinations.filter((one) => typeOf(DESTINATION_TYPES, one).cost.archived));
  const sources = [...new Set(feeds.map(({ connection }) => connection.source))];
  const bucket = async () => new ArchiveBucket(account.clientOptions, await account.output('state', ARCHIVE_BUCKET));
  return {
    emptyRemark:
      archived.length === 0
        ? 'No destination of this deployment keeps events in the archive.'
        : 'The archive has nothing of today and yesterday (UTC).',
    destinations: config.destinations,
    choose: async () => archived[0],
    async list({ id }) {
      const objects = await (await bucket()).newest(id, sources, new Date());
      return objects.map(({ key, at }) => ({
        path: key,
        source: /\/source=([^/]+)\//.exec(key)?.[1] ?? '',
        stamp: at.toISOString(),
      }));
    },
    read: async (path) => (await (await bucket()).read(path)).split('\n'),
  };
}
