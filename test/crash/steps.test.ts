import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';
import { isKept, type Outcome } from './matrix.ts';
import { StepTeller } from './steps.ts';

const put = (...ids: string[]) => ({
  Records: ids.map((id) => ({ Data: Buffer.from(`${JSON.stringify({ event: { id } })}\n`).toString('base64') })),
});
const seen = (...counts: number[]) => ({
  RequestItems: { tidemark: counts.map((N) => ({ PutRequest: { Item: { count: { N: String(N) } } } })) },
});

describe('what is in flight', () => {
  it('is what was put and is not remembered, however many writes it takes to remember it', () => {
    const inFlight = new InFlight();
    inFlight.put(put('a', 'b'));
    inFlight.put(put('c'));
    inFlight.remember(seen(1, 1));
    expect([...inFlight.end()]).toEqual(['a', 'b', 'c']);

    inFlight.put(put('d', 'e'));
    inFlight.remember(seen(1, 1));
    inFlight.put(put('f'));
    expect([...inFlight.end()]).toEqual(['f']);
    expect([...inFlight.end()]).toEqual([]);
  });
});

describe('a write that is no step that anybody knows', () => {
  const teller = new StepTeller();

  it.each([
    ['DynamoDB_20120810.PutItem', { Item: { pk: { S: 'a' }, sk: { S: 'mystery#1' } } }],
    [
      'DynamoDB_20120810.BatchWriteItem',
      { RequestItems: { tidemark: [{ PutRequest: { Item: { sk: { S: 'mystery#1' } } } }] } },
    ],
    ['DynamoDB_20120810.UpdateItem', {}],
  ])('%s is not passed over', (target, body) => {
    expect(() => teller.aws({ target, body })).toThrow(/no step/);
  });
});

describe('an outcome', () => {
  const blow = { step: 'records put', nth: 1, moment: 'after' } as const;
  const kept: Outcome = {
    ...{
      blow,
      struck: true,
      lost: 0,
      invented: 0,
      inFlight: 5,
      repeated: 5,
      repeatedByOthers: 0,
      repeatedForNothing: 0,
    },
    ...{ progressMs: 1, ended: 'caught-up' },
  };

  it('is bad when anything is lost, made up, or repeated that nobody had in flight', () => {
    expect(isKept(kept)).toBe(true);
    for (const bad of [
      { lost: 1 },
      { invented: 1 },
      { repeatedForNothing: 1 },
      { ended: 'killed' },
      { struck: false },
    ]) {
      expect(isKept({ ...kept, ...bad })).toBe(false);
    }
  });
});
