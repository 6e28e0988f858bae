import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ceilTo,
  floorTo,
  formatDuration,
  formatInstant,
  MILLISECOND,
  parseDuration,
  parseInstant,
  SECOND,
  weekHourOf,
} from '../../functions/core/time.ts';

const LATEST = Date.UTC(2200, 0, 1) * MILLISECOND - 1;
const instant = fc.integer({ min: 0, max: LATEST });
const precision = fc.constantFrom(['s', SECOND] as const, ['ms', MILLISECOND] as const, ['us', 1] as const);

describe('an instant as text', () => {
  it('is read back as far as it was written', () => {
    fc.assert(
      fc.property(instant, precision, (time, [name, step]) => {
        expect(parseInstant(formatInstant(time, name))).toBe(floorTo(time, step));
      }),
    );
  });

  it('sorts as the number does', () => {
    fc.assert(
      fc.property(instant, instant, precision, (one, other, [name, step]) => {
        const [first, second] = [formatInstant(one, name), formatInstant(other, name)];
        expect(first < second).toBe(floorTo(one, step) < floorTo(other, step));
        expect(first === second).toBe(floorTo(one, step) === floorTo(other, step));
      }),
    );
  });

  it('means the same in any zone', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, minutes) => {
        const there = time + minutes * 60 * SECOND;
        if (there < 0 || there > LATEST) return;
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
          String(part).padStart(2, '0'),
        );
        const text = `${formatInstant(there, 'us').slice(0, -1)}${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
        expect(parseInstant(text)).toBe(time);
      }),
    );
  });

  it('is read the same in its usual form and in any other', () => {
    const piece = fc.oneof(
      fc.constantFrom('', 'Z', '.', '5', '-', '2026-02-29', '2024-02-29', 'T24', ':60', 'e', ' ', '\u0661'),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(instant, precision, fc.nat(27), fc.nat(11), piece, (time, [name], at, length, piece) => {
        const usual = formatInstant(time, name);
        const changed = usual.slice(0, at) + piece + usual.slice(at + length);
        // A zone is read in another way than the letter Z, which means the same.
        for (const text of [usual, changed]) {
          if (text.endsWith('Z')) expect(parseInstant(text)).toBe(parseInstant(`${text.slice(0, -1)}+00:00`));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is written as the platform writes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LATEST }), (time) => {
        const written = new Date(Math.floor(time / MILLISECOND)).toISOString();
        expect(formatInstant(time)).toBe(written);
        expect(formatInstant(time, 's')).toBe(`${written.slice(0, 19)}Z`);
        expect(formatInstant(time, 'us')).toBe(`${written.slice(0, 23)}${String(time % 1_000).padStart(3, '0')}Z`);
      }),
    );
  });

  it.each([
    '2026-00-10T09:00:00Z',
    '2026-13-10T09:00:00Z',
    '2026-02-30T09:00:00Z',
    '2026-01-00T09:00:00Z',
    '0099-01-10T09:00:00Z',
    '1969-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '2026-01-10T24:00:00Z',
    '2026-01-10T09:60:00Z',
  ])('is none when there is no such time: %s', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('is none when it is any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseInstant(text);
        expect(read === undefined || (Number.isInteger(read) && read >= 0 && read <= LATEST)).toBe(true);
      }),
    );
  });
});

describe('steps', () => {
  it('hold an instant between them', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 1e12 }), (time, step) => {
        const [below, above] = [floorTo(time, step), ceilTo(time, step)];
        expect(below % step).toBe(0);
        expect(above % step).toBe(0);
        expect(below <= time && time <= above && above - below <= step).toBe(true);
      }),
    );
  });
});

describe('the day of the week and the hour', () => {
  it('are those of the calendar', () => {
    fc.assert(
      fc.property(instant, (time) => {
        const date = new Date(time / MILLISECOND);
        const day = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'UTC' }).format(date).toLowerCase();
        expect(weekHourOf(time)).toEqual({ day, hour: `${date.getUTCHours()}`.padStart(2, '0') });
      }),
    );
  });
});

describe('a duration', () => {
  it('is read as it is written in the configuration, and said in words that are never empty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999 }),
        fc.constantFrom(['s', 1], ['m', 60], ['h', 3_600], ['d', 86_400]),
        (count, [unit, seconds]) => {
          const read = parseDuration(`${count}${unit}`);
          expect(read).toBe(count * Number(seconds) * SECOND);
          expect(formatDuration(read as number)).toMatch(/^\d+(\.\d)?[smhd]( \d+[smh])?$/);
        },
      ),
    );
  });
});
