import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { NetworkError } from '../../functions/core/errors.ts';
import { Telemetry } from '../../functions/shell/telemetry/telemetry.ts';

const SECRET = 'canary-7f3e/+?"9d1c-secret';

function hexOf(character: string): string {
  return Buffer.from(character).toString('hex');
}

const echoes: Readonly<Record<string, string>> = {
  raw: SECRET,
  json: JSON.stringify(SECRET),
  'json in json': JSON.stringify(JSON.stringify(SECRET)),
  'json with all that is special escaped': SECRET.replace(/[^\w-]/g, (one) => `\\u00${hexOf(one).toUpperCase()}`),
  'json with slashes escaped': JSON.stringify(SECRET).replaceAll('/', '\\/'),
  'html, by name and number': SECRET.replaceAll('"', '&quot;').replaceAll('+', '&#43;').replaceAll('/', '&#x2F;'),
  url: encodeURIComponent(SECRET),
  'url in small letters': SECRET.replace(/[^\w-]/g, (one) => `%${hexOf(one)}`),
  hex: Buffer.from(SECRET).toString('hex'),
  'hex in capitals': Buffer.from(SECRET).toString('hex').toUpperCase(),
  base64: Buffer.from(SECRET).toString('base64'),
  base64url: Buffer.from(SECRET).toString('base64url'),
  'Basic, one letter before': Buffer.from(`:${SECRET}`).toString('base64'),
  'Basic, two letters before': Buffer.from(`a:${SECRET}`).toString('base64'),
  'Basic, with something after': Buffer.from(`abc:${SECRET}\n`).toString('base64'),
};

test.each(Object.entries(echoes))('a secret that is echoed as %s is masked', (_, echo) => {
  const telemetry = new Telemetry('memory', 'debug');
  telemetry.hide(SECRET);

  const clean = telemetry.redact(`before ${echo} after`);

  expect(clean).toMatch(/^before .{0,6}\[secret\].{0,6} after$/);
});

test('a secret too short to be told from other text masks nothing', () => {
  const telemetry = new Telemetry('memory', 'debug');
  telemetry.hide('abc');

  expect(telemetry.redact('abc YWJj 616263')).toBe('abc YWJj 616263');
});

test('a longer secret that begins with a shorter one is masked whole', () => {
  const telemetry = new Telemetry('memory', 'debug');
  telemetry.hide('canary-7f3e');
  telemetry.hide('canary-7f3e-and-more');

  expect(telemetry.redact('canary-7f3e-and-more canary-7f3e')).toBe('[secret] [secret]');
});

test('of an error nothing secret is left: message, stack, fields, causes, raw bytes', () => {
  const telemetry = new Telemetry('memory', 'debug');
  telemetry.hide(SECRET);
  const parser = Object.assign(new Error(`bad answer: ${SECRET}`), { rawPacket: Buffer.from(SECRET), path: SECRET });
  const several = new AggregateError([new Error(SECRET)], 'several', { cause: { headers: SECRET } });
  const thrown = new NetworkError(`api.example.com: ${SECRET}`, Object.assign(parser, { cause: several }));
  several.cause = [thrown, SECRET];

  const clean = telemetry.redactError(thrown);

  const shown = inspect(clean, { depth: 9, showHidden: true });
  expect(clean).toBeInstanceOf(NetworkError);
  expect(shown).toContain('bad answer: [secret]');
  expect(shown).not.toMatch(/canary-7f3e|63 61 6e 61 72 79/);
});

test('nobody who looks at the telemetry sees what it hides', () => {
  const telemetry = new Telemetry('memory', 'debug');
  telemetry.hide(SECRET);
  telemetry.redact('');

  expect(inspect(telemetry, { depth: 9, showHidden: true })).not.toContain('canary-7f3e');
});

test('a value in which a secret ends before an escaped quote stays a value', () => {
  const telemetry = new Telemetry('memory', 'debug');
  telemetry.hide('canary-7f3e\\');

  expect(telemetry.redactValue({ 'canary-7f3e\\': ['canary-7f3e\\"', 1, null] })).toEqual({
    '[secret]': ['[secret]"', 1, null],
  });
});

test.each(['\\', '&#0', '%', 'canary-7f3e/'])('a body full of %s is masked at all', (filling) => {
  const telemetry = new Telemetry('memory', 'debug');
  for (const secret of [SECRET, '"quoted" canary', '\\\\\\\\ canary', '&#00;canary']) telemetry.hide(secret);
  const body = filling.repeat(2_000_000 / filling.length);

  // If each of its characters were begun with again, this would take days.
  expect(telemetry.redact(body)).toBe(body);
});
