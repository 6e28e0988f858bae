import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSnapshot } from '../../functions/core/model.ts';
import { MILLISECOND } from '../../functions/core/time.ts';
import { readConfig } from '../../lib/plan/read-config.ts';
import { connect, LAKE, SOURCES } from './support/draw.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/loopback-tls/', import.meta.url));
const NOW = Date.UTC(2026, 0, 10) * MILLISECOND;
const [first] = SOURCES.map(({ id }) => id) as [string];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
  write('tidemark.example.json', 'example');
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, id: string, deployment?: object): string {
  const path = join(folder, name);
  const file = { connections: [connect(first, id)], destinations: [LAKE], deployment };
  writeFileSync(path, JSON.stringify(file));
  return path;
}

function read(named?: string) {
  const { config, name, isExample } = readConfig(named, folder, SOURCES, NOW);
  return { id: config.connections[0]?.id, name, isExample };
}

test('tidemark.json is read if it is there, else the example', () => {
  const without = read();
  write('tidemark.json', 'mine');
  const withOne = read();

  expect(without).toEqual({ id: 'example', name: 'tidemark.example.json', isExample: true });
  expect(withOne).toEqual({ id: 'mine', name: 'tidemark.json', isExample: false });
});

test('a file that is named is read, wherever it is, and the example is the example by any name', () => {
  write('tidemark.json', 'mine');
  mkdirSync(join(folder, 'elsewhere'));
  const other = write('elsewhere/prod.json', 'prod');

  expect(read(other)).toEqual({ id: 'prod', name: other, isExample: false });
  expect(read(join(folder, 'elsewhere/../tidemark.example.json')).isExample).toBe(true);
});

test('a file that is not there is named, with what to do', () => {
  expect(() => read(join(folder, 'nothing.json'))).toThrow('nothing.json cannot be read: ENOENT');
});

test('certificates are found from where the file is', () => {
  mkdirSync(join(folder, 'elsewhere'));
  cpSync(join(FIXTURES, 'certificate.pem'), join(folder, 'elsewhere/authority.pem'));
  const path = write('elsewhere/prod.json', 'prod', { caBundle: 'authority.pem' });

  const { config } = readConfig(path, folder, SOURCES, NOW);

  expect(config.deployment.caBundle).toBe(join(folder, 'elsewhere/authority.pem'));
});

test.each([
  ['README.md', 'there is no certificate'],
  ['key.pem', 'there is a private key'],
  ['nothing.pem', 'cannot be read: ENOENT'],
])('%s in the place of certificates is told', (file, told) => {
  const path = write('tidemark.json', 'mine', { caBundle: join(FIXTURES, file) });

  expect(() => read(path)).toThrow('$.deployment.caBundle');
  expect(() => read(path)).toThrow(told);
});

test('a startFrom in the future is refused, with its path', () => {
  const [source] = SOURCES as [(typeof SOURCES)[0]];
  const stream = source.streams.find((one) => !isSnapshot(one))?.name ?? '';
  const path = join(folder, 'other.json');
  const startingAt = (startFrom: string) => {
    const connection = { ...connect(source.id, 'acme'), streams: { [stream]: { startFrom } } };
    writeFileSync(path, JSON.stringify({ connections: [connection], destinations: [LAKE] }));
    return readConfig(path, folder, SOURCES, NOW);
  };

  expect(startingAt('2026-01-10T00:05:00Z').config.connections).toHaveLength(1);
  expect(() => startingAt('2036-01-01T00:00:00Z')).toThrow(
    `$.connections[0].streams.${stream}.startFrom: there is "2036-01-01T00:00:00Z", wanted a time in the past (now it is 2026-01-10T00:00:00Z).`,
  );
});
