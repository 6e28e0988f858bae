import type { Command, CommandOption, Completes } from '../command.ts';
import { COMMANDS } from '../commands.ts';

/** One thing that a shell may offer. */
export interface Offered {
  readonly value: string;
  readonly about: string;
}

/** What a shell offers: words of ours, or the files or folders that it finds itself. */
export type Offer = readonly Offered[] | 'files' | 'folders';

/** Names of one kind, from the configuration. */
export type FindNames = (kind: Completes) => Promise<readonly string[]>;

/**
 * What a shell offers for the last of the words of a command line, which may be empty or half.
 *
 * @param given the words after `tidemark`
 */
export async function complete(given: readonly string[], findNames: FindNames): Promise<Offer> {
  const words = withoutEquals(given);
  const half = words.at(-1) ?? '';
  const offer = await offerFor(words.slice(0, -1), half, findNames);
  return typeof offer === 'string' ? offer : offer.filter(({ value }) => value.startsWith(half));
}

async function offerFor(before: readonly string[], half: string, findNames: FindNames): Promise<Offer> {
  const command = commandOf(before);
  if (!command) return nextWords(before);
  const named = before.length > 0 ? optionNamed(command, before.at(-1) as string) : undefined;
  if (named && takesValue(named)) return await valuesOf(named, findNames);
  if (half.startsWith('-')) return optionsOf(command);
  const place = before.slice(command.name.split(' ').length).filter((word) => !word.startsWith('-')).length;
  const argument = command.arguments?.[place];
  return argument ? await valuesOf(argument, findNames) : optionsOf(command);
}

/** bash gives `--feed=x` as three words. */
function withoutEquals(words: readonly string[]): string[] {
  const kept = words.flatMap((word, at) => (word === '=' && at < words.length - 1 ? [] : [word === '=' ? '' : word]));
  const last = kept.at(-1) ?? '';
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/s.exec(last) ?? [];
  return flag === undefined ? kept : [...kept.slice(0, -1), flag, value ?? ''];
}

function commandOf(before: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, at) => before[at] === word));
}

/** The commands that go on after these words: `secret` goes on with `set`. */
function nextWords(before: readonly string[]): Offered[] {
  const found = new Map<string, Offered>();
  for (const { name, about } of COMMANDS) {
    const words = name.split(' ');
    const value = words[before.length];
    if (value !== undefined && before.every((word, at) => words[at] === word)) found.set(value, { value, about });
  }
  return [...found.values()];
}

function optionNamed({ options }: Command, word: string): CommandOption | undefined {
  return options.find(({ flags }) => flags.split(' ', 1)[0] === word);
}

function takesValue({ flags }: CommandOption): boolean {
  return flags.includes('<');
}

function optionsOf({ options }: Command): Offered[] {
  const own = options.map(({ flags, about }) => ({ value: flags.split(' ', 1)[0] as string, about }));
  return [...own, { value: '--help', about: 'what it takes, with examples' }];
}

interface Valued {
  readonly flags?: string;
  readonly name?: string;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

async function valuesOf({ flags = '', name = '', choices, completes }: Valued, findNames: FindNames): Promise<Offer> {
  const placeholder = /<([a-z]+)>/.exec(flags)?.[1] ?? name;
  if (placeholder === 'file') return 'files';
  if (placeholder === 'dir') return 'folders';
  const values = choices ?? (completes ? await findNames(completes) : []);
  return values.map((value) => ({ value, about: '' }));
}
