import { TidemarkError } from '../functions/core/errors.ts';

/** Somebody has ended a question with Ctrl-C: the exit code is that of an interrupted program. */
export class Interrupted extends TidemarkError {
  static readonly EXIT_CODE = 130;

  constructor(message: string, remedy: string) {
    super({ code: 'config', stage: 'processing', message, remedy });
  }
}
