import { gunzipSync } from 'node:zlib';
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

/** Something kept whole in quarantine. */
export interface Quarantined {
  readonly id: string;
  readonly reason: string;
  readonly text: string;
}

type Item = Record<string, AttributeValue>;

/** All items about a connection as one text, with what is packed unpacked. */
export async function readItems(endpoint: string, connection: string): Promise<string> {
  const items = await scan(endpoint, connection);
  const packed = [...packedTexts(items, 'quarantine'), ...packedTexts(items, 'snapshot')].map(({ text }) => text);
  return JSON.stringify([items, packed]);
}

/** What lies in quarantine, each entry put together from its parts. */
export async function readQuarantine(endpoint: string, connection: string): Promise<Quarantined[]> {
  return packedTexts(await scan(endpoint, connection), 'quarantine');
}

async function scan(endpoint: string, connection: string): Promise<Item[]> {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    endpoint,
  });
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: 'tidemark', ConsistentRead: true, ...(start && { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  client.destroy();
  return items.filter(({ pk }) => pk?.S?.endsWith(`/${connection}`));
}

function packedTexts(items: readonly Item[], kind: 'quarantine' | 'snapshot'): Quarantined[] {
  const kept = items.filter(({ sk }) => sk?.S?.startsWith(`${kind}#`));
  const byId = Map.groupBy(kept, ({ sk }) => sk?.S?.split('#')[1] ?? '');
  return [...byId].map(([id, parts]) => {
    const ordered = parts.toSorted((one, other) => ((one.sk?.S ?? '') < (other.sk?.S ?? '') ? -1 : 1));
    const bytes = Buffer.concat(ordered.map(({ text }) => text?.B ?? new Uint8Array()));
    return { id, reason: ordered[0]?.reason?.S ?? '', text: gunzipSync(bytes).toString('utf8') };
  });
}
