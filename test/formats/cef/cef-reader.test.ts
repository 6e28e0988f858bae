import { describe, expect, test } from 'vitest';
import { CefError, readCef } from './cef-reader.ts';

const HEADER = 'CEF:0|Acme|Widgets|1|login|Login|3|';

describe('the strict reader', () => {
  test('takes a line apart and unescapes it', () => {
    const message = readCef(
      'CEF:1|a\\|b|c\\\\d|1=2|login|Log in|Very-High|msg=a\\=b|c \\\\ \\n\\r d  suser=Ana Duarte rt=1',
    );

    expect(message).toEqual({
      version: 1,
      vendor: 'a|b',
      product: 'c\\d',
      deviceVersion: '1=2',
      classId: 'login',
      name: 'Log in',
      severity: 'Very-High',
      extension: new Map([
        ['msg', 'a=b|c \\ \n\r d '],
        ['suser', 'Ana Duarte'],
        ['rt', '1'],
      ]),
    });
  });

  test.each([
    '',
    'src=192.0.2.1',
    'c6a2=2001:db8::1 c6a2Label=Source IPv6 Address',
    'cn1=-9223372036854775808 cn1Label=Least',
    'rt=Jan 10 2026 09:00:00.000 UTC',
    'AcmeWidgetColour=red',
    `externalId=${'x'.repeat(40)}`,
  ])('takes %s', (extension) => {
    expect(() => readCef(HEADER + extension)).not.toThrow();
  });

  test.each([
    ['too few header fields', 'CEF:0|Acme|Widgets|1|login|Login|3'],
    ['too many header fields', 'CEF:0|Acme|Widgets|1|login|Login|more|3|rt=1'],
    ['another version', 'CEF:2|Acme|Widgets|1|login|Login|3|'],
    ['text before the line', `x ${HEADER}`],
    ['an empty header field', 'CEF:0|Acme|Widgets||login|Login|3|'],
    ['a long header field', `CEF:0|${'x'.repeat(64)}|Widgets|1|login|Login|3|`],
    ['an escape that the header does not know', 'CEF:0|a\\=b|Widgets|1|login|Login|3|'],
    ['severity 11', 'CEF:0|Acme|Widgets|1|login|Login|11|'],
    ['severity in other words', 'CEF:0|Acme|Widgets|1|login|Login|high|'],
    ['a line break at the end', `${HEADER}rt=1\n`],
    ['a control character', `${HEADER}msg=a\u0000b`],
    ['a C1 control character', `${HEADER}msg=a\u0085b`],
    ['a line separator', `${HEADER}msg=a\u2028b`],
    ['half a surrogate pair', `${HEADER}msg=a\ud83db`],
    ['an unescaped = in a value', `${HEADER}msg=a=b`],
    ['an unescaped = after a space', `${HEADER}msg=a =b`],
    ['an escape that the extension does not know', `${HEADER}msg=a\\|b`],
    ['an escape without its second half', `${HEADER}msg=a\\`],
    ['text before the first key', `${HEADER}hello msg=a`],
    ['text without a key', `${HEADER}hello`],
    ['an empty value', `${HEADER}msg= rt=1`],
    ['a key twice', `${HEADER}rt=1 rt=2`],
    ['an unknown key', `${HEADER}colour=red`],
    ['a key with a sign in it', `${HEADER}Acme.Colour=red`],
    ['a key that is for consumers only', `${HEADER}rawEvent=x`],
    ['a long value', `${HEADER}externalId=${'x'.repeat(41)}`],
    ['a custom field without its label', `${HEADER}cs1=x`],
    ['a label without its field', `${HEADER}cs1Label=x`],
    ['IPv6 in version 0', `${HEADER}src=2001:db8::1`],
    ['no address', `${HEADER}src=99.128.0.0/11`],
    ['IPv4 where IPv6 belongs', `${HEADER}c6a2=192.0.2.1 c6a2Label=x`],
    ['an address with a zone', `${HEADER}c6a2=fe80::1%eth0 c6a2Label=x`],
    ['a time in another form', `${HEADER}rt=2026-01-10T09:00:00Z`],
    ['a number that is none', `${HEADER}cn1=1e3 cn1Label=x`],
    ['a number beyond its type', `${HEADER}cn1=9223372036854775808 cn1Label=x`],
    ['a long integer', `${HEADER}cnt=2147483648`],
    ['bytes beyond version 0', `${HEADER}in=2147483648`],
    ['no direction', `${HEADER}deviceDirection=2`],
    ['no MAC address', `${HEADER}smac=00:0d:60`],
  ])('refuses %s', (_what, line) => {
    expect(() => readCef(line)).toThrow(CefError);
  });
});
