import { confirm, isCancel, multiselect, select, text } from '@clack/prompts';
import { Interrupted } from '../interrupted.ts';
import type { Asker, Choice } from './asker.ts';

/** Where is asked. Default: this terminal. */
export interface Terminal {
  readonly input?: NodeJS.ReadStream;
  readonly output?: NodeJS.WriteStream;
}

/** Asks on a terminal. */
export function clackAsker(terminal: Terminal = {}): Asker {
  return {
    one: async (message, choices) => answerOf(await select({ message, options: [...choices], ...terminal })),
    several: async (message, choices, required) =>
      answerOf(await multiselect({ message, options: [...choices] as Choice[], required, ...terminal })),
    line: async (message, usual, problemOf) =>
      answerOf(
        await text({
          message,
          ...(usual !== undefined && { placeholder: usual, defaultValue: usual }),
          validate: (answer) => problemOf(answer === undefined || answer === '' ? (usual ?? '') : answer),
          ...terminal,
        }),
      ),
    yes: async (message, initialValue) => answerOf(await confirm({ message, initialValue, ...terminal })),
  };
}

function answerOf<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  throw new Interrupted(
    'Nothing was written.',
    'Run it again when the answers are at hand. Options can stand for answers: tidemark init --help.',
  );
}
