import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';

/** What a destination's folder holds. */
export interface Delivered {
  readonly lines: readonly string[];
  /** The vendor's records, to the letter: a line itself in the raw format, the original inside an ECS event. Tidemark's own acts are none. */
  readonly texts: readonly string[];
  /** Of the lines that are ECS events. */
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

/** Which texts of one list the other lacks, each as often as it does. */
export function difference(delivered: readonly string[], held: readonly string[]) {
  const counts = new Map<string, number>();
  for (const text of held) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of delivered) counts.set(text, (counts.get(text) ?? 0) - 1);
  const off = [...counts].filter(([, count]) => count !== 0);
  return { missing: say(off.filter(([, count]) => count > 0)), extra: say(off.filter(([, count]) => count < 0)) };
}

/** The first few, and how many there are. */
function say(counts: readonly (readonly [string, number])[]): string[] {
  const some = counts.slice(0, 5).map(([text, count]) => `${Math.abs(count)} x ${text.slice(0, 300)}`);
  return counts.length > some.length ? [...some, `and ${counts.length - some.length} more`] : some;
}

/** All bytes below a folder, each as a character. */
export async function bytesBelow(folder: string): Promise<string> {
  return (await contentsBelow(folder, 'latin1', () => true)).join('\n');
}

/** The contents of all visible files below a folder; none when there is no such folder. */
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
