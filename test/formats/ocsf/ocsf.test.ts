import { describe, expect, test } from 'vitest';
import { ocsfLine } from '../../../functions/formats/ocsf/ocsf.ts';
import { ana, bruno, eventWith, type Loose, ocsf } from './ocsf-events.ts';
import { ocsfLineComplaints } from './ocsf-reader.ts';

describe('what an event says', () => {
  test('times are milliseconds, and the finer original is kept', () => {
    const event = ocsf({
      category: ['session'],
      type: ['end'],
      start: '2026-01-10T08:00:00Z',
      end: '2026-01-10T09:00:00Z',
    });

    expect(event).toMatchObject({
      time: 1768035600123,
      start_time: 1768032000000,
      end_time: 1768035600000,
      metadata: { original_time: '2026-01-10T09:00:00.123456Z', logged_time: 1768039500000 },
    });
  });

  test('the origin is in the metadata', () => {
    const event = ocsf({ provider: 'audit', code: 'E1', action: 'x' }, { organization: { id: 'o1' }, tags: ['t1'] });

    expect(event.metadata).toEqual({
      version: '1.3.0',
      product: { vendor_name: 'Acme', name: 'Acme Cloud' },
      uid: '8ce7bfc95257920329df5d3acd99c226',
      event_code: 'E1',
      log_name: 'acme.audit',
      log_provider: 'audit',
      original_time: '2026-01-10T09:00:00.123456Z',
      logged_time: 1768039500000,
      tenant_uid: 'o1',
      labels: ['t1'],
      loggers: [{ name: 'Tidemark', product: { vendor_name: 'Tidemark', name: 'Tidemark' } }],
    });
    expect(event.raw_data).toBe('{"what":"happened"}');
  });

  test.each([
    ['success', 1, 'Success'],
    ['failure', 2, 'Failure'],
    ['unknown', 0, 'Unknown'],
    [undefined, 0, 'Unknown'],
    ['constructor', 0, 'Unknown'],
  ])('the outcome %s is the status %i', (outcome, status_id, status) => {
    expect(ocsf({ outcome })).toMatchObject({ status_id, status });
  });

  test('the reason is the detail of the status, and the error where there is no reason', () => {
    expect(ocsf({ reason: 'locked' }, { error: { message: 'no', code: '7' } })).toMatchObject({
      status_detail: 'locked',
      status_code: '7',
    });
    expect(ocsf({}, { error: { message: 'no' } })).toMatchObject({ status_detail: 'no' });
  });

  test.each([
    ['a login', { category: ['authentication'], type: ['start'], outcome: 'success' }, 1],
    ['a failed login', { category: ['authentication'], type: ['start'], outcome: 'failure' }, 3],
    ['a deleted user', { category: ['iam'], type: ['deletion', 'user'] }, 3],
    ['a changed role', { category: ['iam'], type: ['change', 'admin'], action: 'role-changed' }, 4],
    ['a changed user', { category: ['iam'], type: ['change', 'user'] }, 3],
    ['a deleted test', { category: ['configuration'], type: ['deletion'] }, 3],
    ['a changed test', { category: ['configuration'], type: ['change'] }, 2],
    ['a record that cannot be mapped', { kind: 'pipeline_error' }, 3],
    ['events lost for ever', { module: 'tidemark', action: 'gap', outcome: 'failure' }, 4],
  ])('%s has its severity', (_name, about, severity_id) => {
    expect(ocsf(about).severity_id).toBe(severity_id);
  });
});

describe('who and what', () => {
  const change = { category: ['iam'], type: ['change', 'user'] };
  const anaInOcsf = { name: 'ana@example.com', uid: '88123', email_addr: 'ana@example.com', full_name: 'Ana Duarte' };

  test('the user at the root acts, the target is affected, the changes are the result', () => {
    const event = ocsf(change, { user: { ...ana, target: bruno, changes: { name: 'bk@example.com' } } });

    expect(event).toMatchObject({
      actor: { user: anaInOcsf },
      user: bruno,
      user_result: { name: 'bk@example.com' },
    });
  });

  test('a user who stands alone is the affected one too', () => {
    expect(ocsf(change)).toMatchObject({ actor: { user: anaInOcsf }, user: anaInOcsf });
  });

  test('who acted on a group is not who was added to it', () => {
    const event = ocsf({ category: ['iam'], type: ['change', 'group'] });

    expect(event).toMatchObject({ user: { name: 'unknown', type_id: 0 }, group: { name: 'unknown' } });
  });

  test('a failed login of nobody is still one', () => {
    const about = { category: ['authentication'], type: ['start'], outcome: 'failure' };

    const event = ocsf(about, { user: undefined });

    expect(event).toMatchObject({ class_uid: 3002, user: { name: 'unknown' }, service: { name: 'Acme Cloud' } });
    expect(event).not.toHaveProperty('actor');
  });

  test('a user of whom only the full name is known has it for a name', () => {
    expect(ocsf(change, { user: { full_name: 'Ana Duarte' } })).toMatchObject({ user: { name: 'Ana Duarte' } });
  });

  test.each([
    ['an address', { ip: '2001:db8::17', address: '2001:db8::17' }, { ip: '2001:db8::17' }],
    ['a range', { address: '99.128.0.0/11' }, { name: '99.128.0.0/11' }],
    [
      'a city',
      { ip: '198.51.100.23', geo: { city_name: 'Leeds' } },
      { ip: '198.51.100.23', location: { city: 'Leeds' } },
    ],
    ['no address', { ip: 'none' }, undefined],
  ])('the source may be %s', (_name, source, expected) => {
    expect(ocsf(change, { source }).src_endpoint).toEqual(expected);
  });

  test('what was worked on is the object of the event, else a part of the service', () => {
    const file = { name: 'talk.mp4' };

    expect(
      ocsf({ category: ['file'], type: ['access'] }, { file, url: { full: 'https://acme.example/1' } }),
    ).toMatchObject({
      web_resources: [{ name: 'talk.mp4', type: 'file', url_string: 'https://acme.example/1' }],
    });
    expect(ocsf({ category: ['configuration'], type: ['change'] })).toMatchObject({
      entity: { name: 'Acme Cloud', type: 'configuration', type_id: 99 },
    });
    expect(ocsf({ category: ['host'], type: ['change'] }, { host: { id: 'h1', hostname: 'vm_1' } })).toMatchObject({
      entity: { uid: 'h1', type: 'Device', type_id: 1 },
      device: { uid: 'h1', type_id: 0 },
      unmapped: { host: { hostname: 'vm_1' } },
    });
  });

  test('a kind of machine is one of the vendor’s own, so the type is Other', () => {
    const { device } = ocsf({ category: ['host'], type: ['change'] }, { host: { id: 'h1', type: 't3.large' } });

    expect(device).toEqual({ uid: 'h1', type: 't3.large', type_id: 99 });
  });

  test('the profile host is used where it adds an actor or a device, and not elsewhere', () => {
    const nobody = { user: undefined };
    const profilesOf = (fields: Record<string, unknown>) => ocsf(change, fields).metadata.profiles;

    expect(ocsf({ category: ['file'], type: ['access'] }).metadata.profiles).toEqual(['host']);
    // The class has an actor of its own.
    expect(profilesOf({})).toBeUndefined();
    expect(profilesOf({ ...nobody, host: { id: 'h1' } })).toEqual(['host']);
    expect(profilesOf(nobody)).toBeUndefined();
    expect(ocsf({ kind: 'state' }, nobody).metadata.profiles).toBeUndefined();
  });

  test('addresses and users are observables, each once', () => {
    const event = ocsf(change, { source: { ip: '198.51.100.23' } });

    expect(event.observables.map(({ name, value }: Loose) => [name, value])).toEqual([
      ['src_endpoint.ip', '198.51.100.23'],
      ['actor.user.name', 'ana@example.com'],
      ['actor.user.email_addr', 'ana@example.com'],
    ]);
  });
});

describe('unmapped', () => {
  test('holds what has no place, in the shape of ECS, and nothing else', () => {
    const event = ocsf(
      { category: ['configuration'], type: ['change'], action: 'x', outcome: 'success', severity: 5 },
      { user: { ...ana, roles: ['admin'] }, acme: { deep: { id: 7 }, none: {} }, related: { user: ['88123'] } },
    );

    expect(event.unmapped).toEqual({
      event: { kind: 'event', category: ['configuration'], type: ['change'], module: 'acme', severity: 5 },
      user: { roles: ['admin'] },
      acme: { deep: { id: 7 }, none: {} },
      service: { type: 'acme' },
      tidemark: { feed: 'acme/audit/one', connection: 'one' },
    });
  });

  test('a Base Event keeps there what only other classes have', () => {
    const event = ocsf({ kind: 'state' }, { source: { ip: '198.51.100.23' } });

    expect(event.unmapped).toMatchObject({ user: ana, source: { ip: '198.51.100.23' } });
  });

  test('a text too long for OCSF is cut in its place and whole there', () => {
    const original = 'é'.repeat(70_000);

    const event = ocsf({ original });

    expect(event.raw_data).toHaveLength(65_535);
    expect(event.unmapped.event.original).toBe(original);
  });

  test('a value of the wrong type or form is there, and not in its place', () => {
    const event = ocsf(
      { category: ['authentication'], type: ['start'] },
      { user: { id: 7, name: 'a', email: 'no mail' } },
    );

    expect(event.user).toEqual({ name: 'a' });
    expect(event.unmapped.user).toEqual({ id: 7, email: 'no mail' });
  });

  test('a key named __proto__ is a key like any other', () => {
    const line = ocsfLine(eventWith({}, { acme: JSON.parse('{"__proto__":{"name":"x"}}') }));

    expect(line).toContain('"acme":{"__proto__":{"name":"x"}}');
  });

  test('ends at a depth that every reader reaches', () => {
    const acme = JSON.parse(`${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`);

    expect(ocsfLineComplaints(ocsfLine(eventWith({}, { acme })))).toEqual([]);
  });
});
