import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { findRunning, preparePlaces } from '../../local/world.ts';
import { open } from '../feeds/open.ts';
import type { Opened } from '../feeds/opened.ts';
import { type Check, failedCheck, inOrder } from './check.ts';
import { examineConnections } from './connections.ts';
import type { ExamineOptions } from './examine-options.ts';
import { examineDestinations } from './here/destinations.ts';
import { examineRunner } from './here/runner.ts';

/**
 * Finds out why nothing arrives: one check a line, what is to be mended first before the rest. It sends a few requests to each
 * vendor, delivers nothing, and moves no watermark.
 *
 * @param sayProgress told what is examined next
 */
export async function examine(
  options: ExamineOptions,
  sayProgress: (text: string) => void = () => undefined,
): Promise<Check[]> {
  const configured = await readConfiguration(options);
  if ('check' in configured) return [configured.check];
  if (options.cloud) {
    // The AWS clients take longer to load than everything else.
    const { examineCloud } = await import('./cloud/examine-cloud.ts');
    return inOrder(await examineCloud(options, sayProgress));
  }
  return inOrder(await examineHere(options, configured.config, sayProgress));
}

async function examineHere(
  options: ExamineOptions,
  config: Config | undefined,
  sayProgress: (text: string) => void,
): Promise<Check[]> {
  const checks: Check[] = [];
  if (config) {
    const { connections, destinations } = config;
    const found = `${counted(connections.length, 'connection')}, ${counted(destinations.length, 'destination')}`;
    checks.push({ subject: fileOf(options), check: 'configuration', ok: true, found, remedy: '' });
  }
  const places = await preparePlaces(options.state, options.out, options.secrets);
  checks.push(examineRunner(await findRunning(places), config));
  sayProgress('destinations');
  checks.push(...(await examineDestinations(places, config)));
  let opened: Opened;
  try {
    opened = await open(options);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || thrown.code === 'config') throw thrown;
    // A destination whose secret cannot be used has its own line.
    const isKnown = thrown.code === 'secret' && checks.some(({ ok, check }) => !ok && check === 'secret');
    return isKnown ? checks : [...checks, failedCheck('tidemark', 'start', thrown, ['all connections'])];
  }
  try {
    return [...checks, ...(await examineConnections(opened, options, sayProgress))];
  } finally {
    await opened.close();
  }
}

/** A configuration that cannot be used is a finding: nothing arrives then. */
async function readConfiguration(
  options: ExamineOptions,
): Promise<{ readonly config: Config | undefined } | { readonly check: Check }> {
  const sources = await findSources();
  try {
    return { config: await readConfig(options.config, sources) };
  } catch (thrown) {
    return { check: failedCheck(fileOf(options), 'configuration', thrown, ['everything else']) };
  }
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function fileOf({ config = 'tidemark.json' }: ExamineOptions): string {
  return config;
}
