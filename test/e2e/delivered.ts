import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';

/** The content of a destination's folder. */
export interface Delivered {
  readonly lines: readonly string[];
  /** The exact texts of the vendor's records: the line itself in the raw format, `event.original` of an ECS event. Tidemark's own events are left out. */
  readonly texts: readonly string[];
  /** The ids of the ECS events among the lines. */
  readonly events: readonly EcsEvent[];
  readonly ids: readonly string[];
}

/** Reads all objects of a destination. */
export async function readDelivered(out: string, destination: string): Promise<Delivered> {
  const lines = (await objectsBelow(join(out, destination))).flatMap((text) => text.split('\n').slice(0, -1));
  const parsed = lines.map((line) => (line.startsWith('{"@timestamp"') ? (JSON.parse(line) as EcsEvent) : line));
  const events = parsed.filter((line) => typeof line !== 'string');
  const records = parsed.filter((line) => typeof line === 'string' || line.event.module !== 'tidemark');
  return {
    lines,
    texts: records.map((record) => (typeof record === 'string' ? record : (record.event.original ?? ''))),
    events,
    ids: events.map(({ event }) => event.id),
  };
}

/** The texts that only one of the lists has, each as often as the other lacks it. */
export function difference(delivered: readonly string[], held: readonly string[]) {
  const counts = new Map<string, number>();
  for (const text of held) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of delivered) counts.set(text, (counts.get(text) ?? 0) - 1);
  const off = [...counts].filter(([, count]) => count !== 0);
  return { missing: say(off.filter(([, count]) => count > 0)), extra: say(off.filter(([, count]) => count < 0)) };
}

/** The first few texts, and the total number. */
function say(counts: readonly (readonly [string, number])[]): string[] {
  const some = counts.slice(0, 5).map(([text, count]) => `${Math.abs(count)} x ${text.slice(0, 300)}`);
  return counts.length > some.length ? [...some, `and ${counts.length - some.length} more`] : some;
}

/** All bytes of the files below a folder, each as one character. */
export async function bytesBelow(folder: string): Promise<string> {
  return (await contentsBelow(folder, 'latin1', () => true)).join('\n');
}

/** The contents of all visible files below a folder. Empty if the folder does not exist. */
async function objectsBelow(folder: string): Promise<string[]> {
  return await contentsBelow(folder, 'utf8', (name) => !name.startsWith('.'));
}

async function contentsBelow(
  folder: string,
  encoding: 'utf8' | 'latin1',
  isWanted: (name: string) => boolean,
): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && isWanted(entry.name));
  return await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), encoding)));
}
