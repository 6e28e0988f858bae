import { CommanderError } from 'commander';
import { TidemarkError } from '../functions/core/errors.ts';
import { VERSION } from '../functions/shell/version.ts';
import { Interrupted } from './interrupted.ts';
import { programOf } from './program.ts';
import { tell } from './views/terminal.ts';

/** Wrong use, or a wrong configuration. */
const USAGE = 2;

// Nobody else may read what any part of the program writes, whatever the shell says.
process.umask(0o077);

/** The exit code of a mistake of the library's: 0 for `--help` and `--version`, which it ends with an error, too. */
function usageCode({ exitCode, code }: CommanderError): number {
  return exitCode === 0 || code === 'commander.version' ? 0 : USAGE;
}

/** What the scripts of shells ask for. It is no command of people. */
const COMPLETE = 'complete';

try {
  const [asked, , ...words] = process.argv.slice(2);
  if (asked === COMPLETE) {
    await (await import('./completion/print-offer.ts')).printOffer(words);
    process.exit(0);
  }
  const program = programOf(VERSION, (code) => {
    process.exitCode = code;
  });
  await program.parseAsync(process.argv);
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exit(usageCode(thrown));
  const known = thrown instanceof TidemarkError;
  const message = known ? thrown.message : ((thrown as Error).stack ?? String(thrown));
  tell(`tidemark: ${message}`);
  if (known) tell(thrown.remedy);
  // Whatever was started before it failed must not keep the process alive.
  process.exit(thrown instanceof Interrupted ? Interrupted.EXIT_CODE : known ? USAGE : 1);
}
