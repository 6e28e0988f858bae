import { readEval } from './eval-reader.ts';
import type { Fields } from './search-reader.ts';

/** A step of a search: it gets events and gives events. */
type Step = (events: readonly Fields[]) => Fields[];

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads a command of a correlation: dedup, sort, eval, streamstats or where, in the one form in which each is written there. */
export function readCommand(command: string): Step {
  const [, name = '', rest = ''] = /^(\w+) (.*)$/s.exec(command) ?? [];
  if (command === 'dedup event_id') return (events) => distinct(events);
  if (command === 'sort 0 _time') return (events) => events.toSorted((one, other) => timeOf(one) - timeOf(other));
  if (name === 'where') {
    const holds = readEval(rest);
    return (events) => events.filter((event) => holds(event) === true);
  }
  if (name === 'eval') return evalStep(rest);
  if (name === 'streamstats') return streamstatsStep(rest);
  throw new Error(`This command is not known: ${command}`);
}

function evalStep(text: string): Step {
  const [, field = '', expression = ''] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  const value = readEval(expression);
  return (events) => events.map((event) => withValue(event, field, value(event)));
}

/** At each event, a figure of those of its group that lie in the time before it, itself included. */
function streamstatsStep(text: string): Step {
  const {
    span = '',
    counts = '',
    by = '',
  } = /^time_window=(?<span>\w+) (?<counts>.+) BY (?<by>.+)$/s.exec(text)?.groups ?? {};
  const seconds = Number.parseInt(span, 10) * (UNITS[span.slice(-1)] ?? Number.NaN);
  const groups = by.split(', ').map((field) => field.replaceAll('"', ''));
  const figures = [...counts.matchAll(/(?<how>count|dc|max)\((?<of>\w+)\) AS (?<as>\w+)/g)].map(
    ({ groups: one }) => one,
  );
  return (events) =>
    events.map((event, at) => {
      const key = keyOf(event, groups);
      if (key === undefined) return event;
      const window = events
        .slice(0, at + 1)
        .filter((one) => keyOf(one, groups) === key && timeOf(event) - timeOf(one) <= seconds);
      return figures.reduce<Fields>((made, figure) => {
        const { how = '', of = '', as = '' } = figure ?? {};
        const values = window.flatMap((one) => one[of] ?? []);
        return withValue(made, as, figureOf(how, values));
      }, event);
    });
}

function figureOf(how: string, values: readonly string[]): number | null {
  if (how === 'max') return values.length === 0 ? null : Math.max(...values.map(Number));
  return how === 'dc' ? new Set(values).size : values.length;
}

function keyOf(event: Fields, groups: readonly string[]): string | undefined {
  const values = groups.map((field) => event[field]?.[0]);
  return values.includes(undefined) ? undefined : JSON.stringify(values);
}

function withValue(event: Fields, field: string, value: ReturnType<ReturnType<typeof readEval>>): Fields {
  const { [field]: _, ...others } = event;
  return value === null ? others : { ...others, [field]: [value].flat().map(String) };
}

function distinct(events: readonly Fields[]): Fields[] {
  return [...new Map(events.toReversed().map((event) => [event.event_id?.[0] ?? '', event])).values()].toReversed();
}

function timeOf(event: Fields): number {
  return Number(event._time?.[0]);
}
