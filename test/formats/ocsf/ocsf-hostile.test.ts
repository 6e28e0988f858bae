import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { OCSF_VERSIONS } from '../../../functions/core/model.ts';
import { ocsfLine } from '../../../functions/formats/ocsf/ocsf.ts';
import { eventWith } from './ocsf-events.ts';
import { ocsfLineComplaints } from './ocsf-reader.ts';

describe('every event', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      '\u0000',
      '\ud800',
      'a\udc00b',
      '__proto__',
      '198.51.100.23',
      'ana@example.com',
      'a\r\nb',
      '\u2028',
    ),
  );
  const values = fc.constantFrom<unknown>(
    ...[null, undefined, 0, -0, 1e308, Infinity, NaN, 2 ** 53, [], {}, true, [[]], [null], 7n],
  );
  const odd = fc.oneof(
    { weight: 40, arbitrary: text },
    // Longer than OCSF takes, and a pair where it is cut.
    { weight: 1, arbitrary: fc.constant(`x${'😀'.repeat(33_000)}`) },
    { weight: 20, arbitrary: values },
    { weight: 10, arbitrary: fc.jsonValue({ maxDepth: 5 }) },
    { weight: 5, arbitrary: fc.object({ maxDepth: 3, withNullPrototype: true }) },
  );
  const people = fc.record(
    { id: odd, name: odd, email: odd, full_name: odd, domain: odd, roles: odd },
    { requiredKeys: [] },
  );
  const about = fc.record(
    {
      kind: fc.oneof(odd, fc.constantFrom('event', 'state', 'metric', 'pipeline_error')),
      category: fc.oneof(
        odd,
        fc.subarray(['authentication', 'iam', 'session', 'file', 'web', 'api', 'configuration', 'host', 'process']),
      ),
      type: fc.oneof(odd, fc.subarray(['start', 'end', 'change', 'creation', 'deletion', 'user', 'group', 'admin'])),
      action: fc.oneof(
        odd,
        fc.constantFrom('password-reset', 'user-added', 'mfa-enabled', 'user-unlocked', 'user-impersonated', 'moved'),
      ),
      outcome: fc.oneof(odd, fc.constantFrom('success', 'failure', 'unknown')),
      reason: odd,
      code: odd,
      start: odd,
      id: odd,
      module: odd,
      dataset: odd,
      created: odd,
      original: odd,
    },
    { requiredKeys: [] },
  );
  const hostile = fc.record(
    {
      '@timestamp': fc.oneof(odd, fc.constant('2026-01-10T09:00:00Z')),
      message: odd,
      tags: odd,
      event: fc.oneof({ weight: 9, arbitrary: about }, odd),
      user: fc.oneof(
        {
          weight: 4,
          arbitrary: fc
            .tuple(people, people, people)
            .map(([user, target, other]) => ({ ...user, target, changes: other, effective: other })),
        },
        odd,
      ),
      group: fc.oneof(people, odd),
      host: fc.oneof(fc.record({ hostname: odd, name: odd, id: odd, type: odd }, { requiredKeys: [] }), odd),
      source: fc.oneof(
        fc.record({ ip: odd, address: odd, geo: fc.record({ city_name: odd }) }, { requiredKeys: [] }),
        odd,
      ),
      file: fc.oneof(people, odd),
      url: odd,
      organization: odd,
      service: fc.oneof(people, odd),
      error: odd,
      observer: odd,
      tidemark: fc.oneof(fc.record({ vendor: odd, product: odd }, { requiredKeys: [] }), odd),
      acme: odd,
      ['__proto__']: odd,
    },
    { requiredKeys: [] },
  );

  test('however hostile, is OCSF, in the same class wherever it came from', () => {
    fc.assert(
      fc.property(hostile, (fields) => {
        const event = fields as unknown as EcsEvent;

        for (const version of OCSF_VERSIONS) {
          const line = ocsfLine(event, version);
          expect(ocsfLineComplaints(line, version)).toEqual([]);
          const elsewhere = { ...event, source: { ip: '198.51.100.23' } };
          expect(JSON.parse(ocsfLine(elsewhere, version)).type_uid).toBe(JSON.parse(line).type_uid);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('of two million characters is OCSF', () => {
    const long = '\ud83d\ude00x\u0000'.repeat(500_000);
    const about = { category: ['iam'], type: ['change', 'user'], action: long, original: long, dataset: long };

    const event = eventWith(about, { message: long, user: { name: long, email: long }, acme: { [long]: long } });

    for (const version of OCSF_VERSIONS) expect(ocsfLineComplaints(ocsfLine(event, version), version)).toEqual([]);
  });
});
