import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkStarts } from '../../functions/core/config/start-from.ts';
import { type Config, parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import type { Instant } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';

const USUAL = 'tidemark.json';
const EXAMPLE = 'tidemark.example.json';

/** A configuration, and whether it is only the example. */
export interface ReadConfig {
  readonly config: Config;
  readonly name: string;
  readonly isExample: boolean;
}

/**
 * Reads the named file, else tidemark.json, else the example.
 *
 * @param named a path relative to the working folder, inside or outside the repository
 * @param folder the root of the repository
 * @param now by our clock
 */
export function readConfig(
  named: string | undefined,
  folder: string,
  sources: readonly Source[],
  now: Instant,
): ReadConfig {
  const [usual, example] = [resolve(folder, USUAL), resolve(folder, EXAMPLE)];
  const path = named === undefined ? (existsSync(usual) ? usual : example) : resolve(named);
  const isExample = path === example;
  const name = named ?? (isExample ? EXAMPLE : USUAL);
  const text = readText(path, name, 'Name an existing file: -c config=PATH.');
  return { config: readConfigText(text, { name, folder: dirname(path), sources, now }), name, isExample };
}

/** What it takes to read the text of a configuration. */
export interface Reading {
  /** The configuration's name in error messages. */
  readonly name: string;
  /** The folder that paths in it start from. */
  readonly folder: string;
  readonly sources: readonly Source[];
  /** By our clock. */
  readonly now: Instant;
}

/** The configuration that a text says. The files that it names are looked at, and their paths made absolute. */
export function readConfigText(text: string, { name, folder, sources, now }: Reading): Config {
  const config = parseConfig(text, name, sources, DESTINATION_TYPES);
  checkStarts(config, name, now);
  const { caBundle } = config.deployment;
  if (caBundle === undefined) return config;
  const bundle = resolve(folder, caBundle);
  checkCertificates(bundle, name);
  return { ...config, deployment: { ...config.deployment, caBundle: bundle } };
}

export function readText(path: string, name: string, remedy: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${name} cannot be read: ${(thrown as Error).message}`,
      remedy,
      cause: thrown,
    });
  }
}

/** Without this check, a file without a certificate would show only as a failed TLS connection, and a private key would be deployed. */
function checkCertificates(path: string, name: string): void {
  const text = readText(path, `${name}: $.deployment.caBundle`, 'Name a file with certificates (PEM).');
  const wrong = text.includes('PRIVATE KEY-----')
    ? 'a private key'
    : text.includes('-----BEGIN CERTIFICATE-----')
      ? undefined
      : 'no certificate';
  if (wrong === undefined) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is not right:\n  $.deployment.caBundle: there is ${wrong} in ${path}, wanted certificates in PEM.`,
    remedy: 'Name a file that holds the authority’s certificates and nothing else.',
  });
}
