import { expect, test } from 'vitest';
import { Telemetry } from '../../functions/shell/telemetry.ts';

const SECRET = 'canary-7f3e/+?"9d1c-secret';

const echoes: Readonly<Record<string, string>> = {
  raw: SECRET,
  json: JSON.stringify(SECRET),
  url: encodeURIComponent(SECRET),
  hex: Buffer.from(SECRET).toString('hex'),
  'hex in capitals': Buffer.from(SECRET).toString('hex').toUpperCase(),
  base64: Buffer.from(SECRET).toString('base64'),
  base64url: Buffer.from(SECRET).toString('base64url'),
  'Basic, one letter before': Buffer.from(`:${SECRET}`).toString('base64'),
  'Basic, two letters before': Buffer.from(`a:${SECRET}`).toString('base64'),
  'Basic, with something after': Buffer.from(`abc:${SECRET}\n`).toString('base64'),
};

test.each(Object.entries(echoes))('a secret that is echoed as %s is masked', (_, echo) => {
  const telemetry = new Telemetry('frame', 'debug');
  telemetry.hide(SECRET);

  const clean = telemetry.redact(`before ${echo} after`);

  expect(clean).toMatch(/^before .{0,6}\[secret\].{0,6} after$/);
});

test('a secret too short to be told from other text masks nothing', () => {
  const telemetry = new Telemetry('frame', 'debug');
  telemetry.hide('abc');

  expect(telemetry.redact('abc YWJj 616263')).toBe('abc YWJj 616263');
});
