// The embedded AWS services as a process of their own: node test/crash/services.ts FOLDER CLOCK_OFFSET_MS SOURCE...; ends with its stdin.
import { join } from 'node:path';
import { deliveryStreamName } from '../../functions/core/config/destination.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { startFirehose } from '../../local/services/firehose.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { KEY } from '../local/signatures.ts';

const [folder = '', offset = '0', ...sources] = process.argv.slice(2);
// The workers sign by the arena's clock.
const signatures = new Signatures(KEY, () => Date.now() + Number(offset));
const streams = sources.map((source) => ({
  deliveryStream: deliveryStreamName('lake', source),
  destination: 'lake',
  source,
}));
const table = await startTable({ directory: join(folder, 'table'), tableName: 'tidemark', signatures });
const secrets = await startSecrets({ file: join(folder, 'secrets.json'), signatures });
const firehose = await startFirehose({ out: join(folder, 'out'), streams, signatures });
console.log(JSON.stringify({ DynamoDB: table.url, Firehose: firehose.url, secretsmanager: secrets.url }));
process.stdin.on('end', async () => {
  await Promise.all([table.close(), secrets.close(), firehose.close()]);
  process.exit(0);
});
process.stdin.resume();
