#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { TidemarkError } from '../functions/core/errors.ts';
import { COMMANDS, type Command, HELP, helpOf } from './commands.ts';
import { print, tell } from './views/terminal.ts';

/** Wrong use, or a wrong configuration. */
const USAGE = 2;

// Nobody else may read what any part of the program writes, whatever the shell says.
process.umask(0o077);

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    print(HELP.trimEnd());
    return name === undefined ? USAGE : 0;
  }
  const command: Command | undefined = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw unknown(name);
  const { values: given, positionals } = parseArgs({
    args: [...rest],
    allowPositionals: command.takesWords ?? false,
    options: { ...command.options, help: { type: 'boolean', short: 'h', default: false } },
  });
  const values: Record<string, unknown> = given;
  if (values.help) {
    print(helpOf(name, command).trimEnd());
    return 0;
  }
  const missing = (command.needs ?? []).find((option) => values[option] === undefined);
  if (missing !== undefined) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `tidemark ${name} takes --${missing}.`,
      remedy: `tidemark ${name} --help says what it is.`,
    });
  }
  const { help: _, ...options } = values;
  return await command.run(options, positionals);
}

function unknown(name: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no command ${JSON.stringify(name)}.`,
    remedy: 'tidemark --help lists them.',
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const usage = (thrown as { code?: unknown }).code;
  const known = thrown instanceof TidemarkError || (typeof usage === 'string' && usage.startsWith('ERR_PARSE_ARGS'));
  const message = known ? (thrown as Error).message : ((thrown as Error).stack ?? String(thrown));
  tell(`tidemark: ${message}`);
  if (thrown instanceof TidemarkError) tell(thrown.remedy);
  // Whatever was started before it failed must not keep the process alive.
  process.exit(known ? USAGE : 1);
}
