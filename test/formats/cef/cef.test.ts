import { describe, expect, test } from 'vitest';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { cefLine } from '../../../functions/formats/cef/cef.ts';
import { eventWith, keyOf, readBack } from './cef-event.ts';

describe('the header', () => {
  test('names the vendor’s product, the action and what it means', () => {
    const line = cefLine(eventWith({ event: { action: 'login-failed', category: ['authentication'] } }), 0);

    expect(line.split('|').slice(0, 7)).toEqual([
      'CEF:0',
      'Acme',
      'Widgets',
      'unknown',
      'login-failed',
      'Login failed',
      '2',
    ]);
  });

  test('names Tidemark for its own acts', () => {
    const { vendor, product, extension } = readBack({
      event: { module: 'tidemark', action: 'gap', outcome: 'failure' },
      tidemark: { act: 'gap', range: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' } },
    });

    expect({ vendor, product }).toEqual({ vendor: 'Tidemark', product: 'Tidemark' });
    expect(extension.get('TidemarkVendor')).toBe('Acme');
    expect(extension.get('TidemarkRangeFrom')).toBe('2026-01-01T00:00:00.000Z');
  });

  test('takes the version of the service when the event knows it', () => {
    expect(readBack({ service: { name: 'Widgets', version: '7' } }).deviceVersion).toBe('7');
  });

  test.each([
    [{ action: 'user-role-changed', code: '17' }, 'user-role-changed', 'User role changed'],
    [{ action: 'changeUserRole' }, 'changeUserRole', 'Change user role'],
    [{ action: '監査ログ' }, '監査ログ', '監査ログ'],
    [{ action: '\u0000', code: '17' }, '17', '17'],
    [{ kind: 'pipeline_error' }, 'pipeline_error', 'Pipeline error'],
    [{ kind: null }, 'unknown', 'Unknown'],
    [{ action: 'a|b\\c=d\r\ne' }, 'a|b\\c=d e', 'A|b\\c=d e'],
  ])('%o', (event, classId, name) => {
    expect(readBack({ event })).toMatchObject({ classId, name });
  });

  test('an event that says nothing of its origin still has a header', () => {
    const line = cefLine({} as EcsEvent, 1);

    expect(line).toBe('CEF:1|unknown|unknown|unknown|unknown|Unknown|3|');
  });

  test('is cut by characters before it is escaped', () => {
    const { vendor, classId, name } = readBack({
      event: { action: `${'|'.repeat(1022)}😀` },
      tidemark: { vendor: `${'\\'.repeat(62)}😀` },
    });

    expect({ vendor, classId, name }).toEqual({
      vendor: '\\'.repeat(62),
      classId: '|'.repeat(1022),
      name: '|'.repeat(512),
    });
  });
});

describe('the extension', () => {
  test('puts each field where its row says', () => {
    const { extension } = readBack({
      message: 'Ana: role changed\nby hand',
      tags: ['one', 'two'],
      event: {
        action: 'user-role-changed',
        category: ['iam'],
        type: ['change', 'user'],
        outcome: 'success',
        reason: 'asked for',
        severity: 7,
        start: '2026-01-10T08:00:00Z',
        end: '2026-01-10T09:00:00Z',
      },
      user: { id: '1', name: 'ana', domain: 'north', target: { email: 'ben@example.com', roles: ['a', 'b'] } },
      group: { id: 'g1' },
      host: { hostname: 'vm-1' },
      source: { ip: '192.0.2.1', geo: { city_name: 'Porto' } },
      organization: { id: 'o1', name: 'North' },
      service: { name: 'Widgets' },
      tidemark: { lateness_ms: 1500 },
      acme: { audit: { a_field: true, more: [1, 'x'], list: [{ type: 'test' }], nothing: null, empty: {} } },
    });

    expect(Object.fromEntries(extension)).toEqual({
      rt: '1768035600123',
      start: '1768032000000',
      end: '1768035600000',
      deviceCustomDate1: '1768039500000',
      deviceCustomDate1Label: 'Read At',
      externalId: 'b253d84ff2d1ec9aaf50cbb6b560b15a',
      cat: 'iam/change/user',
      act: 'user-role-changed',
      outcome: 'success',
      reason: 'asked for',
      msg: 'Ana: role changed\nby hand',
      suser: 'ana',
      suid: '1',
      sntdom: 'north',
      duser: 'ben@example.com',
      dpriv: 'a, b',
      TidemarkUserTargetEmail: 'ben@example.com',
      cs3: 'g1',
      cs3Label: 'Group',
      TidemarkGroupId: 'g1',
      src: '192.0.2.1',
      flexString1: 'Porto',
      flexString1Label: 'Source City',
      dhost: 'vm-1',
      cs4: 'North',
      cs4Label: 'Organization',
      TidemarkOrganizationId: 'o1',
      destinationServiceName: 'Widgets',
      deviceFacility: 'acme.audit',
      deviceExternalId: 'north',
      cs1: 'acme/audit/north',
      cs1Label: 'Feed',
      cs6: 'one, two',
      cs6Label: 'Tags',
      cn1: '1500',
      cn1Label: 'Lateness in Milliseconds',
      cn2: '7',
      cn2Label: 'Vendor Severity',
      TidemarkEventKind: 'event',
      AcmeWidgetsAuditAField: 'true',
      AcmeWidgetsAuditMore: '1, x',
      AcmeWidgetsAuditList: '[{"type":"test"}]',
    });
  });

  test.each([
    [{ ip: '2001:db8::1', address: '2001:db8::1' }, { c6a2: '2001:db8::1' }, { src: '2001:db8::1' }],
    [{ address: '192.0.2.1' }, { src: '192.0.2.1' }, { src: '192.0.2.1' }],
    [{ address: '99.128.0.0/11' }, { cs5: '99.128.0.0/11' }, { cs5: '99.128.0.0/11' }],
    [{ address: 'fe80::1%eth0' }, { cs5: 'fe80::1%eth0' }, { cs5: 'fe80::1%eth0' }],
    [{ ip: '192.0.2.1', address: 'vpn.example' }, { src: '192.0.2.1', cs5: 'vpn.example' }, { src: '192.0.2.1' }],
    [{ ip: 7, address: null }, { cs5: '7' }, { cs5: '7' }],
  ])('source %o', (source, inVersion0, inVersion1) => {
    const keys = ['src', 'c6a2', 'cs5'];
    const addresses = (version: 0 | 1) =>
      Object.fromEntries([...readBack({ source }, version).extension].filter(([key]) => keys.includes(key)));

    expect(addresses(0)).toEqual(inVersion0);
    expect(addresses(1)).toMatchObject(inVersion1);
  });

  test('an event that could not be mapped brings its reason and its original', () => {
    const { extension } = readBack({ event: { kind: 'pipeline_error' }, error: { message: 'a list was expected' } });

    expect(extension.get('msg')).toBe('a list was expected');
    expect(extension.get('reason')).toBe('a list was expected');
    expect(extension.get('TidemarkEventOriginal')).toBe('the original');
    expect(readBack({}).extension.has('TidemarkEventOriginal')).toBe(false);
  });

  test('numbers that a key cannot hold are left out, times that are none too', () => {
    const { extension } = readBack({
      '@timestamp': 'yesterday',
      event: { severity: 1e300, start: '2026-02-31T00:00:00Z' },
      acme: { huge: 1e300, endless: Number.POSITIVE_INFINITY },
    });

    expect(['rt', 'start', 'cn2', 'cn2Label', 'AcmeWidgetsEndless'].filter((key) => extension.has(key))).toEqual([]);
    expect(extension.get('AcmeWidgetsHuge')).toBe('1e+300');
  });

  test('a blank name gives way to the next', () => {
    expect(keyOf({ user: { name: ' \u0000 ', email: 'ana@example.com' } }, 'suser')).toBe('ana@example.com');
  });

  test('says which values it had to cut', () => {
    const { extension } = readBack({ message: 'x'.repeat(2_000), user: { name: 'y'.repeat(1_023) } });

    expect(extension.get('msg')).toBe('x'.repeat(1_023));
    expect(extension.get('TidemarkCut')).toBe('msg');
  });

  test('cuts before it escapes, and never inside a surrogate pair', () => {
    expect(keyOf({ message: '='.repeat(2_000) }, 'msg')).toBe('='.repeat(1_023));
    expect(keyOf({ message: `${'x'.repeat(1_022)}😀` }, 'msg')).toBe('x'.repeat(1_022));
    expect(keyOf({ message: `${'x'.repeat(1_021)}😀` }, 'msg')).toBe(`${'x'.repeat(1_021)}😀`);
  });
});

describe('the vendor’s own fields', () => {
  test('say the vendor once when the product says it', () => {
    expect(keyOf({ tidemark: { vendor: 'Acme', product: 'Acme Widgets' }, acme: { id: 1 } }, 'AcmeWidgetsId')).toBe(
      '1',
    );
  });

  test('keep apart what only their signs tell apart', () => {
    const { extension } = readBack({ acme: { a_b: 1, 'a.b': 2, aB: 3, 監査: 4, ログ: 5 } });

    const own = [...extension].filter(([key]) => key.startsWith('AcmeWidgets'));
    expect(Object.fromEntries(own)).toEqual({
      AcmeWidgetsAB: '1',
      AcmeWidgetsAB2: '2',
      AcmeWidgetsAB3: '3',
      AcmeWidgetsField: '4',
      AcmeWidgetsField2: '5',
    });
  });

  test('never take a key of the table', () => {
    const own = { event: { kind: 'hostile' }, cut: 'x', user: { email: 'y' } };
    const { extension } = readBack({ event: { module: 'tidemark' }, tidemark: own, message: 'x'.repeat(2_000) });

    expect(extension.get('TidemarkEventKind')).toBe('event');
    expect(extension.get('TidemarkEventKind2')).toBe('hostile');
    expect(extension.get('TidemarkCut')).toBe('msg');
    expect(extension.get('TidemarkCut2')).toBe('x');
  });

  test('are bounded in number, and the line says so', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_item, index) => [`field${index}`, index]));
    const { extension } = readBack({ acme: many });

    expect([...extension.keys()].filter((key) => key.startsWith('AcmeWidgets'))).toHaveLength(64);
    expect(extension.get('TidemarkCut')).toBe('AcmeWidgets');
  });

  test('of endless depth become the beginning of their JSON', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`) as unknown;
    const value = keyOf({ acme: deep }, `AcmeWidgets${'A'.repeat(8)}`);

    expect(value).toHaveLength(1_023);
    expect(value).toMatch(/^\{"a":\{"a":/);
  });

  test('named __proto__ are fields like any other', () => {
    const acme = JSON.parse('{"__proto__":{"role":"admin"},"constructor":"x"}') as unknown;

    expect(keyOf({ acme }, 'AcmeWidgetsProtoRole')).toBe('admin');
    expect(keyOf({ acme }, 'AcmeWidgetsConstructor')).toBe('x');
    expect(keyOf({ event: { module: '__proto__' } }, 'TidemarkEventKind')).toBe('event');
  });
});
