import { TidemarkError } from '../../functions/core/errors.ts';
import { plain } from '../screen/fit.ts';

/** What a person may answer. */
export type Answer = 'yes' | 'no' | 'interrupted';

/** Whether somebody can be asked: both where they read and where they type must be a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks before something is done that cannot be taken back. Who only presses Enter says no. */
export async function confirm(question: string): Promise<Answer> {
  // Only who is asked waits for the library.
  const prompts = await import('@clack/prompts');
  const message = plain(question);
  const answer = await prompts.confirm({ message, initialValue: false, output: process.stderr, withGuide: false });
  if (prompts.isCancel(answer)) return 'interrupted';
  return answer ? 'yes' : 'no';
}

/** The error of a command that has to ask, where nobody can be asked. */
export function cannotAsk(command: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `tidemark ${command} asks before it changes anything, and here is no terminal on which to answer.`,
    remedy: 'Give --yes to do it without a question. Nothing was changed.',
  });
}
