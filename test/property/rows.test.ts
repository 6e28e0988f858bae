import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Occurrences, TooManyRowsError } from '../../functions/core/reading/rows/occurrences.ts';
import { RowOrder } from '../../functions/core/reading/rows/row-order.ts';

const time = fc.nat(12);
const times = fc.array(time, { maxLength: 25 });
const window = { from: 2, to: 11 };

describe('order', () => {
  it('is one direction or none, as the rows came', () => {
    fc.assert(
      fc.property(times, (times) => {
        const order = orderOf(times);
        const up = times.every((one, at) => at === 0 || one >= (times[at - 1] as number));
        const down = times.every((one, at) => at === 0 || one <= (times[at - 1] as number));
        expect(order.monotone).toBe(up || down);
        expect(order.last).toBe(times.at(-1));
      }),
    );
  });

  it('leaves out only what has been read, whatever is still to come in that order', () => {
    const direction = fc.constantFrom(1, -1);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 10 }), { maxLength: 25 }),
        direction,
        fc.nat(25),
        (all, sign, read) => {
          const rows = all.sort((one, other) => sign * (one - other));
          const left = orderOf(rows.slice(0, read)).left(window, 1);
          for (const unread of rows.slice(read)) {
            expect(left === undefined || (unread >= left.from && unread < left.to)).toBe(true);
          }
          if (left) expect(left.from >= window.from && left.to <= window.to && left.from < left.to).toBe(true);
        },
      ),
    );
  });
});

describe('occurrences', () => {
  const row = fc.record({ name: fc.constantFrom('a', 'b', 'c'), time: fc.option(time, { nil: undefined }) });

  it('number the equal rows of one read from nought, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const [occurrences, order, counts] = [new Occurrences(), new RowOrder(), new Map<string, number>()];
        for (const { name, time } of rows) {
          if (time !== undefined) order.add(time);
          // The time is a part of the record: rows of two instants are never equal.
          const hash = `${name}@${time}`;
          const before = counts.get(hash) ?? 0;
          expect(occurrences.next(hash, time, order.monotone)).toBe(before);
          counts.set(hash, before + 1);
        }
      }),
    );
  });

  it('number rows in order of time though they forget, and refuse to guess for others', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (rows, most, sorted) => {
          const timed = rows.filter((one) => one.time !== undefined) as { name: string; time: number }[];
          if (sorted) timed.sort((one, other) => one.time - other.time);
          const [occurrences, order, counts] = [new Occurrences(most), new RowOrder(), new Map<string, number>()];
          try {
            for (const { name, time } of timed) {
              order.add(time);
              const hash = `${name}@${time}`;
              const before = counts.get(hash) ?? 0;
              expect(occurrences.next(hash, time, order.monotone)).toBe(before);
              counts.set(hash, before + 1);
            }
          } catch (thrown) {
            if (!(thrown instanceof TooManyRowsError)) throw thrown;
            expect(sorted).toBe(false);
          }
        },
      ),
    );
  });

  it('tell a row that is shown twice by how many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 10 }), (rows, total) => {
        const occurrences = new Occurrences();
        occurrences.cap('a', total);
        for (let row = 0; row < rows; row++) {
          expect(occurrences.repeats('a', 1)).toBe(row >= total);
          if (row < total) expect(occurrences.next('a', 1, true)).toBe(row);
          expect(occurrences.repeats('b', 1)).toBe(false);
        }
      }),
    );
  });
});

function orderOf(times: readonly number[]): RowOrder {
  const order = new RowOrder();
  for (const one of times) order.add(one);
  return order;
}
