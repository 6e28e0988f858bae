import { describe, expect, it } from 'vitest';
import { KINDS } from '../../crash/kinds.ts';
import { Arena, type Blow, isKept } from '../../crash/matrix.ts';

/** The most telling steps of some kinds; `npm run crashes` strikes at all of them. */
const TELLING: Readonly<Record<string, readonly Blow[]>> = {
  'audit-user-events': [
    { step: 'records put', nth: 1, moment: 'after' },
    { step: 'seen written', nth: 1, moment: 'after' },
  ],
  'api-authorization-rules': [{ step: 'pending committed', nth: 1, moment: 'after' }],
};

describe.concurrent('a process that is killed', () => {
  it.each(KINDS.filter(({ stream }) => TELLING[stream]))(
    'loses nothing, makes nothing up, and repeats what was in flight at most: $name',
    async (kind) => {
      const blows = TELLING[kind.stream] as readonly Blow[];
      const arena = await Arena.open(kind);
      try {
        const outcomes = await arena.strike(blows, blows.length + 1);
        const told = (one: Blow) => `${one.step} ${one.moment}`;
        expect(outcomes.map(({ blow }) => told(blow)).sort()).toEqual(blows.map(told).sort());
        for (const outcome of outcomes) expect(isKept(outcome), JSON.stringify(outcome)).toBe(true);
      } finally {
        await arena.close();
      }
    },
    // Leases have to run out; how long the rest takes hangs on who else uses the machine.
    300_000,
  );
});
