import type { EcsFields } from '../../../../functions/core/ecs-event.ts';
import type { Identity, Row, SnapshotStream, Source, Stream } from '../../../../functions/core/model.ts';
import { DAY, parseInstant, SECOND } from '../../../../functions/core/time.ts';
import { memorySource, memoryStream } from '../../../memory/source.ts';

/** A record of a made-up log, in which every kind of value occurs. */
export interface MadeUpRecord {
  readonly id?: string;
  readonly date: string;
  readonly act: string;
  readonly who: { readonly name: string; readonly mail: string };
  readonly things: readonly { readonly name: string }[];
  /** JSON as text, as some vendors send it. */
  readonly inside: string;
  readonly nobody: string;
  readonly level: number;
  readonly silent: boolean;
  readonly nothing: null;
  readonly checked?: string;
  readonly end?: string;
}

/** A time of reading. */
export const DISTANT = parseInstant('2026-01-11T00:00:00Z') as number;

/** A source with a log and a snapshot, whose mapping uses values in many ways. */
export function madeUpSource(): Source {
  return memorySource([actsStream(), thingsStream()]);
}

function actsStream(): Stream {
  return memoryStream('acts', SECOND, false, {
    events,
    map,
    recordKey: ({ value }) => {
      const { id } = value as MadeUpRecord;
      return id === undefined ? undefined : { id, content: id };
    },
  });
}

function events({ value }: Row): readonly Identity[] {
  const { date, end } = value as MadeUpRecord;
  const identities = end === undefined ? [['', date] as const] : [['start', date] as const, ['end', end] as const];
  return identities.map(([phase, text]) => {
    const time = parseInstant(text);
    return { ...(phase !== '' && { phase }), ...(time !== undefined && { time }) };
  });
}

const KNOWN: Readonly<Record<string, string[]>> = { opened: ['access'], changed: ['change'] };

function map({ value }: Row, { phase }: Identity): EcsFields {
  const { act, who, things = [], inside = '{}', level, silent, checked = 'yes' } = value as MadeUpRecord;
  if (checked !== 'yes') throw new Error(`checked is ${checked}`);
  const type = KNOWN[act];
  const { reason } = jsonIn(inside) as { reason?: string };
  return {
    message: `${who?.name} ${act} ${things.map(({ name }) => name).join(', ')}`,
    event: {
      type: type ?? ['info'],
      action: phase === 'end' ? 'closed' : act,
      provider: 'made-up',
      outcome: silent === true ? 'unknown' : 'success',
      ...(typeof level === 'number' && level > 2 && { severity: level > 3 ? 9 : 5 }),
      ...(reason !== undefined && { reason }),
    },
    user: { full_name: who?.name, ...(type && { email: who?.mail }) } as EcsFields['user'] & object,
    memory: { things: things.map(({ name }) => name) },
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function thingsStream(): SnapshotStream {
  return {
    kind: 'snapshot',
    name: 'things',
    title: 'Things',
    thing: 'thing',
    docs: 'https://memory.example/docs',
    enabled: true,
    every: DAY,
    retention: DAY,
    needs: 'nothing',
    first: () => ({ url: '/things' }),
    read: ({ text }) => ({ rows: (JSON.parse(text) as unknown[]).map((value) => ({ value, text: '' })), asks: [] }),
    items: ({ value }) => {
      const { key, ...rest } = value as { key: string };
      return [{ key, value: rest }];
    },
    mapChange: ({ kind, after }) => ({
      message: `${(after as { name: string }).name} ${kind}`,
      event: { action: kind },
    }),
    mapBaseline: () => ({ event: { kind: 'state' } }),
  };
}
