import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIpAddress } from '../../../functions/core/events/ip-address.ts';

test.each([
  '0.0.0.0',
  '255.255.255.255',
  '198.51.100.23',
  '::',
  '::1',
  '1::',
  '2001:db8:4::17',
  '2001:DB8::A',
  '1:2:3:4:5:6:7:8',
  '::ffff:192.0.2.1',
  '64:ff9b::198.51.100.1',
  '1:2:3:4:5:6:198.51.100.1',
  '1:2:3:4:5:6:7::',
])('%s is an address', (text) => {
  expect(isIpAddress(text)).toBe(true);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.4 ',
  '99.128.0.0/11',
  '2001:db8::/32',
  'fe80::1%eth0',
  '[::1]',
  '1.2.3.4:80',
  ':',
  ':::',
  '1::2::3',
  ':1',
  '1:',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  'g::',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '1.2.3.4::1.2.3.4',
  '1:2:3:4:5:6:7:1.2.3.4',
  'unknown',
  '１.2.3.4',
  '1.2.3.4\n',
])('%j is none', (text) => {
  expect(isIpAddress(text)).toBe(false);
});

test('it says what node says', () => {
  const piece = fc.constantFrom(':', '::', '.', '0', '1', 'ff', '255', '256', 'db8', '1.2.3.4', 'g');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
      ),
      (text) => {
        expect(isIpAddress(text)).toBe(isIP(text) !== 0);
      },
    ),
  );
});
