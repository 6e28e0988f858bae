import { printFields } from '../views/terminal.ts';
import { complete } from './complete.ts';
import { findNames } from './names.ts';

/**
 * Prints what a shell offers, for its script: one line each, value and meaning with a tab between them, or one line that says
 * `:files` or `:folders`.
 */
export async function printOffer(words: readonly string[]): Promise<void> {
  const offer = await complete(words, findNames);
  printFields(typeof offer === 'string' ? [[`:${offer}`]] : offer.map(({ value, about }) => [value, about]));
}
