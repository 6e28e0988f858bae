import { parseArgs } from 'node:util';
import { FAULT_SHAPES, type FaultName, type FaultShape, readFaults } from './faults.ts';
import type { Simulator, SimulatorFlag, SimulatorOptions } from './simulator.ts';

type Kind = 'number' | 'text' | 'flag';

/** The options of every simulator; `time` becomes milliseconds. */
const COMMON: Readonly<Record<string, { readonly kind: 'number' | 'time'; readonly words: string }>> = {
  port: { kind: 'number', words: 'the port on 127.0.0.1 (a free one)' },
  seed: { kind: 'number', words: 'the same seed gives the same events, for ever (7)' },
  perMinute: { kind: 'number', words: 'events a minute, fractions allowed (6)' },
  from: { kind: 'time', words: 'no event before this time, such as 2026-01-10T09:00:00Z' },
  to: { kind: 'time', words: 'no event at or after this time' },
  count: { kind: 'number', words: 'exactly so many events between --from and --to, instead of --per-minute' },
};

/** Reads the flags of a simulator; throws with words that name the mistake. */
export function readCommandLine(simulator: Simulator, args: readonly string[]): SimulatorOptions {
  const names = [...Object.keys(COMMON), ...Object.keys(simulator.flags), ...simulator.faults];
  const options = Object.fromEntries(
    names.map((name) => [
      kebab(name),
      { type: isSwitch(simulator, name) ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  // A negative number after a flag would be taken for the next flag.
  const joined = args.flatMap((arg, index) =>
    isNegative(arg) ? [] : isNegative(args[index + 1]) ? [`${arg}=${args[index + 1]}`] : [arg],
  );
  const { values } = parseArgs({ args: joined, options, strict: true, allowPositionals: false });
  const given = names
    .filter((name) => values[kebab(name)] !== undefined)
    .map((name) => [name, String(values[kebab(name)])] as const);
  const plain = given
    .filter(([name]) => !honours(simulator, name))
    .map(([name, text]) => [name, readOption(simulator, name, text)]);
  const faults = given.flatMap(([name, text]) => (honours(simulator, name) ? [[name, readFault(name, text)]] : []));
  return { ...Object.fromEntries(plain), faults: readFaults(Object.fromEntries(faults), simulator.faults) };
}

/** Every flag in words. */
export function describeCommandLine(simulator: Simulator): string {
  const lines = (entries: readonly (readonly [string, string, string])[]) =>
    entries.map(([name, value, words]) => `  --${kebab(name)}${value && ` ${value}`}\n      ${words}`).join('\n');
  const common = Object.entries(COMMON).map(([name, { kind, words }]) => [name, `<${kind}>`, words] as const);
  const own = Object.entries(simulator.flags).map(([name, flag]) => [name, choicesOf(flag), flag.words] as const);
  const faults = simulator.faults.map(
    (name) => [name, faultValue(FAULT_SHAPES[name]), FAULT_SHAPES[name].words] as const,
  );
  return [
    `npm run vendor -- ${simulator.id} [flags]`,
    `\nEvents\n${lines(common)}`,
    `\nOnly ${simulator.id}\n${lines(own)}`,
    '\nFaults, which can also be switched while it runs (GET, PUT, PATCH /_control; POST /_control/reset).',
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

function readFault(name: FaultName, text: string): unknown {
  const { is } = FAULT_SHAPES[name];
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
  return honours(simulator, name) && FAULT_SHAPES[name].is === 'flag';
}

function honours(simulator: Simulator, name: string): name is FaultName {
  return (simulator.faults as readonly string[]).includes(name);
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
