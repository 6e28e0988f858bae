import { parseArgs } from 'node:util';
import { type FaultShape, readFaults } from './fault-switches.ts';
import type { Simulator, SimulatorFlag, SimulatorOptions } from './simulator.ts';

type Kind = 'number' | 'text' | 'flag';

/** The options of every simulator; a `time` is read as milliseconds since 1970. */
const COMMON: Readonly<Record<string, { readonly kind: 'number' | 'time'; readonly words: string }>> = {
  port: { kind: 'number', words: 'the port on 127.0.0.1 (a free one)' },
  seed: { kind: 'number', words: 'the same seed gives the same events, for ever (7)' },
  perMinute: { kind: 'number', words: 'events a minute, fractions allowed (6)' },
  from: { kind: 'time', words: 'no event before this time, such as 2026-01-10T09:00:00Z' },
  to: { kind: 'time', words: 'no event at or after this time' },
  count: { kind: 'number', words: 'exact number of events between --from and --to, instead of --per-minute' },
};

/** Reads the flags of a simulator; throws an error that names the mistake. */
export function readCommandLine(simulator: Simulator, args: readonly string[]): SimulatorOptions {
  const names = [...Object.keys(COMMON), ...Object.keys(simulator.flags), ...Object.keys(simulator.faults)];
  const options = Object.fromEntries(
    names.map((name) => [
      kebab(name),
      { type: isSwitch(simulator, name) ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { values } = parseArgs({ args: joinNegatives(args), options, strict: true, allowPositionals: false });
  const plain: Record<string, number | string> = {};
  const faults: Record<string, unknown> = {};
  for (const name of names) {
    const value = values[kebab(name)];
    if (value === undefined) continue;
    const shape = simulator.faults[name];
    if (shape) faults[name] = readFault(name, shape, String(value));
    else plain[name] = readOption(simulator, name, String(value));
  }
  return { ...plain, faults: readFaults(faults, simulator.faults) };
}

/** Joins a negative number with the flag before it: parseArgs would take it for a flag. */
function joinNegatives(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (isNegative(arg)) return [];
    return isNegative(args[index + 1]) ? [`${arg}=${args[index + 1]}`] : [arg];
  });
}

/** Describes every flag in words. */
export function describeCommandLine(simulator: Simulator): string {
  const lines = (entries: readonly (readonly [string, string, string])[]) =>
    entries.map(([name, value, words]) => `  --${kebab(name)}${value && ` ${value}`}\n      ${words}`).join('\n');
  const common = Object.entries(COMMON).map(([name, { kind, words }]) => [name, `<${kind}>`, words] as const);
  const own = Object.entries(simulator.flags).map(([name, flag]) => [name, choicesOf(flag), flag.words] as const);
  const faults = Object.entries(simulator.faults).map(
    ([name, shape]) => [name, faultValue(shape), shape.words] as const,
  );
  return [
    `tidemark simulate ${simulator.id} [options]`,
    `\nEvents\n${lines(common)}`,
    `\nOnly ${simulator.id}\n${lines(own)}`,
    '\nFaults, which can also be switched while it runs (GET, PUT, PATCH /_control; POST /_control/reset), with the header that it prints.',
    `A value is written name=value,name=value; the first may be given alone: --throttle 3,retryAfter=2\n${lines(faults)}`,
  ].join('\n');
}

function readOption(simulator: Simulator, name: string, text: string): number | string {
  const flag = COMMON[name] ?? (simulator.flags[name] as SimulatorFlag);
  if ('choices' in flag && flag.choices && !flag.choices.includes(text))
    throw new Error(`--${kebab(name)} is one of: ${flag.choices.join(', ')}.`);
  if (flag.kind === 'text') return text;
  const value = flag.kind === 'time' ? Date.parse(text) : toNumber(text);
  if (Number.isNaN(value)) throw new Error(`--${kebab(name)} needs a ${flag.kind}, not "${text}".`);
  return value;
}

function readFault(name: string, { is }: FaultShape, text: string): unknown {
  if (typeof is === 'string') return readValue(name, is, text);
  const [first] = Object.keys(is) as [string];
  const fields = text.split(',').map((part, index) => {
    const [field, value] = splitOnce(part, index === 0 && !isNamed(part, is) ? first : undefined);
    return [field, readValue(`${name} ${field}`, is[field] ?? 'text', value)];
  });
  return Object.fromEntries(fields);
}

function isNamed(part: string, fields: Readonly<Record<string, string>>): boolean {
  return Object.keys(fields).some((field) => part === field || part.startsWith(`${field}=`));
}

function splitOnce(part: string, alone: string | undefined): readonly [string, string] {
  if (alone !== undefined) return [alone, part];
  const at = part.indexOf('=');
  return at < 0 ? [part, 'true'] : [part.slice(0, at), part.slice(at + 1)];
}

function readValue(name: string, kind: string, text: string): unknown {
  const plain = kind.replace('?', '') as Kind;
  if (plain === 'text') return text;
  const value = plain === 'flag' ? { true: true, false: false }[text] : toNumber(text);
  if (value === undefined || Number.isNaN(value)) throw new Error(`${name} needs a ${plain}, not "${text}".`);
  return value;
}

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function isSwitch(simulator: Simulator, name: string): boolean {
  return simulator.faults[name]?.is === 'flag';
}

function isNegative(arg: string | undefined): boolean {
  return arg !== undefined && /^-\d/.test(arg);
}

function choicesOf(flag: SimulatorFlag): string {
  return flag.choices ? flag.choices.join('|') : `<${flag.kind}>`;
}

function faultValue(shape: FaultShape): string {
  if (shape.choices) return shape.choices.join('|');
  if (typeof shape.is === 'string') return shape.is === 'flag' ? '' : `<${shape.is}>`;
  return Object.entries(shape.is)
    .map(([field, kind]) => (kind.endsWith('?') ? `[${field}=<${kind.slice(0, -1)}>]` : `${field}=<${kind}>`))
    .join(',');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
