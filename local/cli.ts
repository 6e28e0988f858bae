#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { TidemarkError } from '../functions/core/errors.ts';
import { clean } from './log-line.ts';
import { run } from './run.ts';

const HELP = `tidemark: forwards audit logs, and loses none

  tidemark run      vendors -> Tidemark -> files, on this machine, with all of AWS that it takes embedded
    --config FILE   the configuration (default: tidemark.json; without one, the shipped simulators are forwarded)
    --once          until every feed is caught up, then end: 0, or 1 if a feed failed
    --feed PATTERN  only feeds whose name <source>/<stream>/<connection> fits; * stands for anything
    --state DIR     where checkpoints, secrets and events are kept (default: .tidemark)
    --out DIR       where events go (default: STATE/out)
    --secrets FILE  a JSON object of secret name -> secret value (default: STATE/secrets.json)
    --json          the summary as one JSON object on stdout; the log goes to stderr in any case
`;

/** Wrong use, or a wrong configuration. */
const USAGE = 2;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      once: { type: 'boolean', default: false },
      feed: { type: 'string' },
      state: { type: 'string', default: '.tidemark' },
      out: { type: 'string' },
      secrets: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(HELP);
    return values.help ? 0 : USAGE;
  }
  if (command !== 'run' || rest.length > 0) {
    throw new TidemarkError(
      'config',
      'processing',
      `There is no command ${JSON.stringify(positionals.join(' '))}.`,
      'tidemark --help lists them.',
    );
  }
  const { help: _, ...options } = values;
  return await run(options);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const usage = (thrown as { code?: unknown }).code;
  const known = thrown instanceof TidemarkError || (typeof usage === 'string' && usage.startsWith('ERR_PARSE_ARGS'));
  const message = known ? (thrown as Error).message : ((thrown as Error).stack ?? String(thrown));
  process.stderr.write(`tidemark: ${message.split('\n').map(clean).join('\n')}\n`);
  if (thrown instanceof TidemarkError) process.stderr.write(`${thrown.cure}\n`);
  // Whatever was started before it failed must not keep the process alive.
  process.exit(known ? USAGE : 1);
}
