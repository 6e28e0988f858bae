import { readFile } from 'node:fs/promises';
import { type ConfiguredConnection, feedsOf } from '../functions/core/config/connection.ts';
import { checkStarts } from '../functions/core/config/start-from.ts';
import { type Config, parseConfig } from '../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../functions/core/errors.ts';
import type { AnyFeed, Source } from '../functions/core/model.ts';
import { MILLISECOND } from '../functions/core/time.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { type Demo, startDemo } from './demo.ts';
import type { Places } from './world.ts';

const DEFAULT_CONFIG = 'tidemark.json';

/** A feed of the configuration, with its connection. */
export interface ChosenFeed {
  readonly connection: ConfiguredConnection;
  readonly feed: AnyFeed & { every: number };
}

/** Reads the configuration. Undefined if no file is named and the usual one does not exist. */
export async function readConfig(file: string | undefined, sources: readonly Source[]): Promise<Config | undefined> {
  const name = file ?? DEFAULT_CONFIG;
  const text = await readFile(name, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT' && file === undefined) return undefined;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${name} cannot be read: ${thrown.message}`,
      remedy: 'Name an existing file with --config.',
      cause: thrown,
    });
  });
  if (text === undefined) return undefined;
  const config = parseConfig(text, name, sources, DESTINATION_TYPES);
  checkStarts(config, name, Date.now() * MILLISECOND);
  return config;
}

/** Reads the configuration. If there is none, starts the shipped simulators and makes a configuration that reads from them. */
export async function configOrDemo(
  file: string | undefined,
  sources: readonly Source[],
  places: Places,
): Promise<{ config: Config; demo?: Demo }> {
  const config = await readConfig(file, sources);
  if (config) return { config };
  process.stderr.write(
    `There is no ${DEFAULT_CONFIG}: the shipped simulators stand in for the vendors. Copy tidemark.example.json to ${DEFAULT_CONFIG} for real ones.\n`,
  );
  const demo = await startDemo(sources, places);
  for (const [at, vendor] of demo.vendors.entries())
    process.stderr.write(
      `Simulated ${demo.titles[at]}: ${vendor.origin} (faults: curl --header @${demo.controlHeader} ${vendor.control.url})\n`,
    );
  for (const warning of demo.warnings) process.stderr.write(`${warning}\n`);
  return {
    config: parseConfig(JSON.stringify(demo.config), 'the simulators’ configuration', sources, DESTINATION_TYPES),
    demo,
  };
}

/** The enabled feeds whose names fit a pattern, in which `*` stands for anything. */
export function chooseFeeds(
  config: Config,
  sources: readonly Source[],
  pattern = '*',
  wanted: (feed: AnyFeed) => boolean = () => true,
): ChosenFeed[] {
  const all = config.connections.flatMap((connection) => {
    const source = sources.find(({ id }) => id === connection.source) as Source;
    return feedsOf(source, connection).map((feed) => ({ connection, feed }));
  });
  const enabled = all.filter(({ feed }) => feed.enabled && wanted(feed));
  const chosen = enabled.filter(({ feed }) => fits(pattern, feed.name));
  if (chosen.length > 0) return chosen;
  const names = enabled.map(({ feed }) => feed.name).join(', ') || 'none';
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `No enabled feed fits ${JSON.stringify(pattern)}.`,
    remedy: `The enabled feeds that it can be about are: ${names}.`,
  });
}

/**
 * Whether a name fits a pattern. Each part between two `*` is looked for once, from left to right: a regular expression with many of
 * them would try all combinations, and a pattern may come from an assistant.
 */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
