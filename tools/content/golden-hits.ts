import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matches } from './sigma/evaluate/matches.ts';
import type { Event } from './sigma/evaluate/values.ts';
import { OWN_EVENTS } from './sigma/proofs/golden-event.ts';
import type { Rule } from './sigma/rule.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * All golden events that fire each rule about single events. A change of a mapping, or of a rule, shows here what it means for alerts,
 * where nobody has thought of it.
 */
export function goldenHits(rules: readonly Rule[]): string {
  const events = allGoldenEvents();
  const parts = rules.flatMap(({ file, logic }) => {
    if (logic.kind !== 'detection') return [];
    const hits = events.filter(([, event]) => matches(event, logic.condition)).map(([name]) => `  ${name}\n`);
    return [`${file.replace('content/sigma/', '').replace('.yml', '')}\n${hits.join('')}`];
  });
  return `# Made by \`npm run generate\`: which of the ${events.length} golden events fire each rule about single events.\n\n${parts.join('\n')}`;
}

/** The golden events by name, such as `source/stream/case 0`. */
function allGoldenEvents(): (readonly [name: string, event: Event])[] {
  const files = globSync('functions/sources/*/fixtures/*/*.ecs.json', { cwd: ROOT }).toSorted();
  return [...files, OWN_EVENTS].flatMap((file) =>
    (JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Event[]).map(
      (event, at) => [nameOf(file, at), event] as const,
    ),
  );
}

function nameOf(file: string, at: number): string {
  const [, , source = '', , stream = '', name = ''] = file.split('/');
  return file === OWN_EVENTS ? `own-events ${at}` : `${source}/${stream}/${name.replace('.ecs.json', '')} ${at}`;
}
