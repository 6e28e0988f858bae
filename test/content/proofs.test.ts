import { describe, expect, test } from 'vitest';
import { goldenEvent, inSeries } from '../../tools/content/sigma/proofs/golden-event.ts';
import { readProof } from '../../tools/content/sigma/proofs/read-proofs.ts';
import { Place } from '../../tools/content/sigma/rule-error.ts';

const place = new Place('content/proofs/tests/a_rule.yml');

describe('golden events of a proof', () => {
  test('are those of an act of our own, by its name', () => {
    expect(goldenEvent(place, 'own-events gap')).toMatchObject({ event: { action: 'gap' } });
  });

  test.each(['own-events nothing', 'nobody/nothing/none 0', 'gap'])('%s is an error with the place', (name) => {
    expect(() => goldenEvent(place, name)).toThrow(`a_rule.yml: There is no golden event ${name}`);
  });

  test('are repeated and changed, and the golden event stays as it is', () => {
    const event = { '@timestamp': '2026-03-01T00:00:00Z', user: { id: '1', name: 'ana' } };
    const set = { 'user.id': 'user-{n}', 'user.name': null, 'source.ip': '192.0.2.1' };

    expect(inSeries(event, { times: 2, at: '1m', every: '30s', set })).toEqual([
      { '@timestamp': '2026-01-10T09:01:00.000Z', user: { id: 'user-1' }, source: { ip: '192.0.2.1' } },
      { '@timestamp': '2026-01-10T09:01:30.000Z', user: { id: 'user-2' }, source: { ip: '192.0.2.1' } },
    ]);
    expect(inSeries(event, { times: 1, set: {} })).toEqual([event]);
    expect(event.user).toEqual({ id: '1', name: 'ana' });
  });
});

test('a rule without a proof is an error with what to write', () => {
  expect(() => readProof({ file: 'content/sigma/tests/a_rule.yml' })).toThrow(
    'content/proofs/tests/a_rule.yml: The rule has no proof. Write fires and misses, with golden events.',
  );
});
