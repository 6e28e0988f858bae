import { TidemarkError } from '../../functions/core/errors.ts';
import { clean } from '../../functions/core/events/excerpt.ts';
import { tellCost } from './tell-cost.ts';

/** Exit code for wrong use or a wrong configuration. */
const USAGE = 2;

try {
  process.stdout.write(await tellCost(process.argv.slice(2)));
} catch (thrown) {
  const known = thrown instanceof TidemarkError || (thrown as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  const message = known ? (thrown as Error).message : ((thrown as Error).stack ?? String(thrown));
  process.stderr.write(`cost: ${message.split('\n').map(clean).join('\n')}\n`);
  if (thrown instanceof TidemarkError) process.stderr.write(`${thrown.remedy}\n`);
  process.exitCode = known ? USAGE : 1;
}
