import type { FormatId } from '../../functions/core/model.ts';
import type { Delivered } from '../lab/backlog.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';

const MOST_BILLED = 1.03;
const MOST_TABLE_CALLS = 0.5;
/** In a short backlog, the calls at the start and at the end of a run count more. */
const MOST_TABLE_CALLS_IN_SMALL = 1;
const MOST_REQUESTS = 1.11;
/** Of formats that a floor writes, too: they have the same rows, and about as large events. */
const MOST_BYTES: Partial<Record<FormatId, number>> = { raw: 1.01, ecs: 1.1 };

/** What a delivered backlog was counted for. */
interface Counted {
  readonly source: BenchSource;
  readonly format: FormatId;
  readonly isSmall: boolean;
  readonly delivered: Delivered;
  readonly floor: Delivered;
}

/** Calls and bytes of a backlog: they do not depend on the machine. */
export function countedRows({ source, format, isSmall, delivered, floor }: Counted): Row[] {
  const { id, pageRows } = source;
  const { events, counters } = delivered;
  const { delivery, table, vendor } = counters;
  const common = { name: `${id} ${format}`, counted: true } as const;
  const most = MOST_BYTES[format];
  return [
    {
      ...common,
      figure: 'billed',
      value: delivery.billed / delivery.bytes,
      unit: 'x sent',
      target: { most: MOST_BILLED },
    },
    {
      ...common,
      figure: 'bytes',
      value: delivery.bytes / events,
      unit: 'an event',
      to: { name: `floor ${format === 'raw' ? 'raw' : 'ecs'}`, ratio: delivery.bytes / floor.counters.delivery.bytes },
      ...(most !== undefined && { target: { most } }),
    },
    {
      ...common,
      figure: 'table',
      value: table.calls / (events / 1_000),
      unit: 'calls/1,000 events',
      ...(pageRows >= 1_000 && { target: { most: isSmall ? MOST_TABLE_CALLS_IN_SMALL : MOST_TABLE_CALLS } }),
    },
    {
      ...common,
      figure: 'requests',
      value: vendor.calls / Math.ceil(events / pageRows),
      unit: 'a page',
      target: { most: MOST_REQUESTS },
    },
  ];
}
