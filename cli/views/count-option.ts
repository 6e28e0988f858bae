import { TidemarkError } from '../../functions/core/errors.ts';

/** A number of things, given as an option. */
export function countOf(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${option} is ${JSON.stringify(text)}, wanted a whole number from 1 on.`,
    remedy: `Give it like ${option} 10.`,
  });
}
