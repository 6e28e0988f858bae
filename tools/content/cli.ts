import { TidemarkError } from '../../functions/core/errors.ts';
import { clean } from '../../functions/core/events/excerpt.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readRules } from './sigma/read-rules.ts';
import { writeContent } from './write-content.ts';

/** Exit code for wrong use. */
const USAGE = 2;

try {
  process.stdout.write(
    writeContent(process.argv.slice(2), {
      sources: await findSources(),
      rules: readRules(),
      version: packageJson.version,
    }),
  );
} catch (thrown) {
  const known = thrown instanceof TidemarkError || (thrown as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  const message = known ? (thrown as Error).message : ((thrown as Error).stack ?? String(thrown));
  process.stderr.write(`content: ${message.split('\n').map(clean).join('\n')}\n`);
  if (thrown instanceof TidemarkError) process.stderr.write(`${thrown.remedy}\n`);
  process.exitCode = known ? USAGE : 1;
}
