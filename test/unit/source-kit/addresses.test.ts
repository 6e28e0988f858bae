import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIpAddress } from '../../../functions/core/events/ip-address.ts';
import { addressOf, forwardedFor, withoutPort } from '../../../functions/source-kit/addresses.ts';

test.each([
  ['203.0.113.7', { address: '203.0.113.7', ip: '203.0.113.7' }],
  ['2001:db8::1', { address: '2001:db8::1', ip: '2001:db8::1' }],
  ['203.0.113.7:443', { address: '203.0.113.7:443' }],
  [' 203.0.113.7', { address: ' 203.0.113.7' }],
  ['host.example', { address: 'host.example' }],
  [17, { address: '17' }],
  ['', {}],
  [null, {}],
  [['203.0.113.7'], {}],
])('the address %j is kept to the letter', (value, address) => {
  expect(addressOf(value)).toEqual(address);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:443', '203.0.113.7'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['203.0.113.7:', undefined],
  ['203.0.113.7:123456', undefined],
  ['[203.0.113.7', undefined],
  ['[2001:db8::1]443', undefined],
  ['host:443', undefined],
  ['', undefined],
])('%j without a port is %j', (text, ip) => {
  expect(withoutPort(text)).toBe(ip);
});

test.each([
  ['203.0.113.7, 10.0.0.1:8080,[2001:db8::1]:443', ['203.0.113.7', '10.0.0.1', '2001:db8::1']],
  ['203.0.113.7', ['203.0.113.7']],
  ['unknown, _hidden, 10.0.0.1', ['10.0.0.1']],
  [' , ,', []],
  ['', []],
  [undefined, []],
  [['10.0.0.1'], []],
  ['10.0.0.1,'.repeat(10_000), []],
])('the list %j holds %j', (value, ips) => {
  expect(forwardedFor(value)).toEqual(ips);
});

test('whatever a client writes into the list, only IP addresses come out', () => {
  const parts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom(',', ':', '[', ']', ' ', '443', 'x'), fc.string());
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 20 }), (list) => {
      expect(forwardedFor(list.join('')).every(isIpAddress)).toBe(true);
    }),
  );
});
