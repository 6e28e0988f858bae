import { describe, expect, test } from 'vitest';
import { type Loose, ocsf } from './ocsf-events.ts';
import { ocsfComplaints, ocsfLineComplaints } from './ocsf-reader.ts';

describe('the reader', () => {
  const login = ocsf({ category: ['authentication'], type: ['start'] }, { source: { ip: '198.51.100.23' } });

  test('takes a right event', () => {
    expect(ocsfComplaints(login)).toEqual([]);
  });

  test.each<[string, (event: Loose) => unknown, string]>([
    ['an unknown class', (e) => ({ ...e, class_uid: 3003 }), 'class_uid 3003 is not known'],
    ['an unknown attribute', (e) => ({ ...e, vendor: 1 }), 'vendor is not known'],
    ['an attribute of another class', (e) => ({ ...e, entity: { name: 'x' } }), 'entity is not known'],
    ['an activity the class lacks', (e) => ({ ...e, activity_id: 12 }), 'activity_id may not be 12'],
    ['a type that does not follow', (e) => ({ ...e, type_uid: 300202 }), 'type_uid is not 300201'],
    ['a wrong caption', (e) => ({ ...e, severity: 'Fatal' }), 'severity is not Informational'],
    ['a severity that is none', (e) => ({ ...e, severity_id: 7 }), 'severity_id may not be 7'],
    ['a missing time', ({ time: _, ...e }) => e, 'time is missing'],
    ['a time with a fraction', (e) => ({ ...e, time: 1.5 }), 'time is not of type timestamp_t'],
    ['a missing user', ({ user: _, ...e }) => e, 'user is missing'],
    ['a user without name', (e) => ({ ...e, user: { full_name: 'x' } }), 'user.has none of account, name, uid'],
    ['neither service nor destination', ({ service: _, ...e }) => e, 'the event has none of service, dst_endpoint'],
    [
      'an address that is none',
      (e) => ({ ...e, src_endpoint: { ip: '1.2.3' } }),
      'src_endpoint.ip is not of type ip_t',
    ],
    [
      'a mail address that is none',
      (e) => ({ ...e, user: { uid: '1', email_addr: 'x' } }),
      'user.email_addr is not of type email_t',
    ],
    ['a text too long', (e) => ({ ...e, message: 'x'.repeat(65_536) }), 'message is not of type string_t'],
    ['a list that is none', (e) => ({ ...e, observables: {} }), 'observables is not a list'],
    ['a null', (e) => ({ ...e, message: null }), 'message is not of type string_t'],
    [
      'an attribute without its profile',
      (e) => ({ ...e, device: { name: 'x', type_id: 0 }, metadata: { ...e.metadata, profiles: ['x'] } }),
      'device is not known without the profile host',
    ],
    [
      'a profile that adds nothing',
      ({ actor: _, ...e }) => ({ ...e, metadata: { ...e.metadata, profiles: ['host'] } }),
      'the profile host adds nothing',
    ],
    [
      'a kind of machine of the vendor’s own that is of no type',
      (e) => ({
        ...e,
        device: { name: 'x', type: 't3.large', type_id: 0 },
        metadata: { ...e.metadata, profiles: ['host'] },
      }),
      'device.type is not Unknown',
    ],
    [
      'another version',
      (e) => ({ ...e, metadata: { ...e.metadata, version: '1.4.0' } }),
      'metadata.version is not 1.3.0',
    ],
    [
      'a product without vendor',
      (e) => ({ ...e, metadata: { ...e.metadata, product: { name: 'x' } } }),
      'metadata.product.vendor_name is missing',
    ],
    ['something else', () => [], 'the event is not an object'],
  ])('refuses %s', (_name, broken, complaint) => {
    expect(ocsfComplaints(broken(login))).toContain(complaint);
  });

  const newest = ocsf({ category: ['iam'], type: ['change', 'user'], original: 'é' }, {}, '1.8.0');

  test.each<[string, (event: Loose) => unknown, string]>([
    ['nothing of a right event', (e) => e, ''],
    ['a deprecated attribute', (e) => ({ ...e, policy: { name: 'p' } }), 'policy is deprecated'],
    [
      'a deprecated attribute of an object',
      (e) => ({ ...e, user: { ...e.user, credential_uid: 'c' } }),
      'user.credential_uid is deprecated',
    ],
    [
      'a deprecated value',
      (e) => ({ ...e, user: { ...e.user, account: { name: 'a', type: 'AWS IAM User', type_id: 3 } } }),
      'user.account.type_id may not be 3',
    ],
    ['another size of the raw data', (e) => ({ ...e, raw_data_size: 1 }), 'raw_data_size is not 2'],
    ['a hash of other raw data', (e) => ({ ...e, raw_data: 'e' }), 'raw_data_hash is not that of raw_data'],
    ['a hash that is a text', (e) => ({ ...e, raw_data_hash: 'a' }), 'raw_data_hash is not an object'],
    [
      'an attribute of a profile that is not used',
      (e) => ({ ...e, metadata: { ...e.metadata, logged_time_dt: '2026-01-10T09:00:00Z' } }),
      'metadata.logged_time_dt needs the profile datetime',
    ],
    [
      'a profile that the class has not',
      (e) => ({ ...e, metadata: { ...e.metadata, profiles: ['x'] } }),
      'the class has no profile x',
    ],
    ['an empty list', (e) => ({ ...e, enrichments: [] }), 'enrichments is an empty list'],
  ])('of the newest version refuses %s', (_name, broken, complaint) => {
    expect(ocsfComplaints(broken(newest), '1.8.0')).toEqual(
      complaint === '' ? [] : expect.arrayContaining([complaint]),
    );
  });

  test('refuses what its version has not yet', () => {
    expect(ocsfComplaints({ ...newest, metadata: { ...newest.metadata, version: '1.5.0' } }, '1.5.0')).toEqual([
      'raw_data_hash is not known',
    ]);
    const complaints = ocsfComplaints(newest, '1.3.0');
    for (const name of ['raw_data_size', 'raw_data_hash', 'user.display_name', 'actor.user.display_name'])
      expect(complaints).toContain(`${name} is not known`);
    expect(complaints).toContain('metadata.version is not 1.3.0');
  });

  test('refuses half a surrogate pair and a second line', () => {
    expect(ocsfLineComplaints(JSON.stringify({ ...login, message: '\ud800' }))).toContain(
      '.message holds half a surrogate pair',
    );
    expect(ocsfLineComplaints(JSON.stringify(login, null, 1))).toEqual(['the line is more than one']);
  });
});
