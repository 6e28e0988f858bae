import { describe, expect, it } from 'vitest';
import { KINDS } from './kinds.ts';
import { Arena, type Blow, LARGEST_FLUSH } from './matrix.ts';

/** The most telling steps of some kinds; `npm run crashes` strikes at all of them. */
const TELLING: Readonly<Record<string, readonly Blow[]>> = {
  'audit-user-events': [
    { step: 'quarantined', nth: 1, moment: 'after' },
    { step: 'records put', nth: 1, moment: 'after' },
    { step: 'seen written', nth: 1, moment: 'before' },
    { step: 'checkpoint committed', nth: 1, moment: 'after' },
  ],
  'api-authorization-rules': [
    { step: 'snapshot saved', nth: 1, moment: 'after' },
    { step: 'pending committed', nth: 1, moment: 'after' },
    { step: 'records put', nth: 1, moment: 'after' },
    { step: 'promoted', nth: 1, moment: 'before' },
  ],
};

describe.concurrent('a process that is killed', () => {
  it.each(KINDS.filter(({ stream }) => TELLING[stream]))(
    'loses nothing, and repeats one flush at most: $name',
    async (kind) => {
      const blows = TELLING[kind.stream] as readonly Blow[];
      const arena = await Arena.open(kind);
      try {
        const outcomes = await arena.strike(blows, blows.length + 1);
        const told = (one: Blow) => `${one.step} ${one.moment}`;
        expect(outcomes.map(({ blow }) => told(blow)).sort()).toEqual(blows.map(told).sort());
        for (const { blow, struck, lost, repeated, ended } of outcomes) {
          expect({ struck, lost, ended }, told(blow)).toEqual({ struck: true, lost: 0, ended: 'caught-up' });
          expect(repeated, told(blow)).toBeLessThanOrEqual(LARGEST_FLUSH);
        }
      } finally {
        await arena.close();
      }
    },
  );
});
