import { readFile } from 'node:fs/promises';
import type { AnyStream, Source } from '../functions/core/model.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import packageJson from '../package.json' with { type: 'json' };
import { fillPage, plainTable } from './fill-page.ts';

/** The README with its tables of sources and destinations as they are now. */
export async function readmePage(sources: readonly Source[]): Promise<string> {
  const page = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  return fillPage(page, { needs: needs(), sources: sourceTable(sources), destinations: destinationTable() });
}

/** The oldest Node is the one of package.json. Both commands bring a newer one, so they also start with an older npm. */
function needs(): string {
  const floor = packageJson.engines.node.replace('>=', '');
  return `You need git and Node ${floor} or newer, and nothing else. The two commands also work with Node 20’s npm.`;
}

function sourceTable(sources: readonly Source[]): string {
  const rows = sources.map((source) => {
    const linked = (stream: AnyStream) => `[${shortTitle(stream)}](docs/streams/${source.id}-${stream.name}.md)`;
    const [read, off] = [true, false].map((enabled) => source.streams.filter((stream) => stream.enabled === enabled));
    return [nameOf(source), (read ?? []).map(linked).join(', '), (off ?? []).map(shortTitle).join(', ')];
  });
  return plainTable(['source', 'read', 'off by default'], rows);
}

/** `ThousandEyes (Cisco)`; a vendor that is in the title is not said twice. */
function nameOf({ title, vendor }: Source): string {
  return title.includes(vendor) ? title : `${title} (${vendor})`;
}

/** The title without what explains it. */
function shortTitle({ title }: AnyStream): string {
  return title.split(':', 1)[0] ?? title;
}

function destinationTable(): string {
  const rows = DESTINATION_TYPES.map(({ id, where, formats }) => [`\`${id}\``, where, formats.join(', ')]);
  return plainTable(['type', 'where', 'formats'], rows);
}
