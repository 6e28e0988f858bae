import { isSnapshot, type Source, type Stream } from '../../functions/core/model.ts';
import { formatDuration } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import example from '../../tidemark.example.json' with { type: 'json' };
import { plainTable } from '../fill-page.ts';
import everySetting from './every-setting.json' with { type: 'json' };
import { HEAD, type Schema, type Setting, settingRow, settingsOf } from './setting-rows.ts';

type Example = Readonly<Record<string, unknown>>;

const CONNECTIONS: readonly Example[] = everySetting.flatMap(({ connections }) => connections);
const DESTINATIONS: readonly Example[] = everySetting.flatMap(({ destinations }) => destinations);
const DEPLOYMENTS: readonly Example[] = everySetting.map(({ deployment }) => deployment);

/** The page about every setting of tidemark.json. @param schema that of the whole file, as JSON Schema */
export function configurationPage(schema: Schema, sources: readonly Source[]): string {
  const { connections, destinations, deployment } = schema.properties ?? {};
  const ofSources = connections?.items?.oneOf ?? [];
  const ofTypes = destinations?.items?.oneOf ?? [];
  return `<!-- Made by \`npm run generate\`. -->

# Configuration

Every setting of \`tidemark.json\`. The file is the same for a machine (\`npx tidemark run\`) and for an AWS account (\`npx cdk deploy\`). \`npx tidemark init\` writes one. Editors check it
against [tidemark.schema.json](../tidemark.schema.json), which also has the exact form of each text. A mistake is reported with its path, the value that is there and the value that is expected; a setting that is not known is a mistake, too.

- [Connections](#connections): ${linksOf(sources)}; [streams of a connection](#streams-of-a-connection)
- [Destinations](#destinations): ${linksOf(DESTINATION_TYPES)}
- [Deployment](#deployment)

Durations are texts such as \`90s\`, \`30m\`, \`24h\` or \`7d\`, times are in UTC: \`2026-01-10T00:00:00Z\`. Examples are values that are accepted, not advice. An example of a whole file:

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

## Connections

\`connections\` is a list with at least one entry: an account at a vendor whose audit log is forwarded. Settings of all sources:

${commonTable(ofSources, CONNECTIONS)}

${sources.map((source, at) => sourceSection(source, ofSources, at)).join('\n')}
### Streams of a connection

Each is \`streams.<stream>.<setting>\`. The last four do not exist for streams of settings and inventories, which compare the present state with the one before.

${streamTable(ofSources)}

What applies unless a connection says otherwise:

${timingTable(sources)}

## Destinations

\`destinations\` is a list with ${destinations?.minItems} to ${destinations?.maxItems} entries. Each event goes to all of them. [destinations.md](destinations.md) says how each type takes events and what has to be there before. Settings of all types:

${commonTable(ofTypes, DESTINATIONS)}

${DESTINATION_TYPES.map(({ id, title }, at) =>
  section(
    title,
    table(
      differing(ofTypes, at),
      DESTINATIONS.filter(({ type }) => type === id),
    ),
  ),
).join('\n')}
## Deployment

\`deployment\` adapts Tidemark to an AWS account. All of it may be left out. [operations.md](operations.md#settings-of-the-deployment) says which settings belong together.

${table(settingsOf(deployment ?? {}), DEPLOYMENTS)}
`;
}

function linksOf(parts: readonly { readonly title: string }[]): string {
  return parts.map(({ title }) => `[${title}](#${title.toLowerCase().replaceAll(' ', '-')})`).join(', ');
}

function section(title: string, text: string): string {
  return `### ${title}\n\n${text}\n`;
}

function sourceSection({ id, title }: Source, schemas: readonly Schema[], at: number): string {
  const settings = differing(schemas, at).filter(({ path }) => path.split('.', 1)[0] !== 'streams');
  return section(
    title,
    table(
      settings,
      CONNECTIONS.filter(({ source }) => source === id),
    ),
  );
}

function table(settings: readonly Setting[], examples: readonly Example[]): string {
  return plainTable(
    HEAD,
    settings.map((setting) => settingRow(setting, examples)),
  );
}

/** The settings that all alternatives have, with the same words. */
function common(schemas: readonly Schema[]): Setting[] {
  const [first = {}, ...others] = schemas.map((schema) => settingsOf(schema));
  return (first as Setting[]).filter((setting) =>
    others.every((settings) => settings.some((other) => isSame(other, setting))),
  );
}

function differing(schemas: readonly Schema[], at: number): Setting[] {
  const shared = common(schemas);
  return settingsOf(schemas[at] ?? {}).filter((setting) => !shared.some((other) => isSame(other, setting)));
}

function isSame(one: Setting, other: Setting): boolean {
  return one.path === other.path && JSON.stringify(one.schema) === JSON.stringify(other.schema);
}

function commonTable(schemas: readonly Schema[], examples: readonly Example[]): string {
  return table(common(schemas), examples);
}

/** The settings of any stream, from one that has all of them. */
function streamTable(schemas: readonly Schema[]): string {
  const streams = schemas.flatMap(({ properties }) => Object.values(properties?.streams?.properties ?? {}));
  const widest = streams.toSorted((one, other) => settingsOf(other).length - settingsOf(one).length)[0] ?? {};
  const examples = CONNECTIONS.flatMap(({ streams = {} }) => Object.values(streams as Record<string, Example>));
  return table(settingsOf(widest), examples);
}

function timingTable(sources: readonly Source[]): string {
  const rows = sources.flatMap((source) =>
    source.streams.map((stream) => [
      `\`${source.id}/${stream.name}\``,
      stream.enabled ? 'yes' : 'no',
      formatDuration(stream.every),
      ...(isSnapshot(stream) ? ['', '', ''] : timingOf(stream)),
    ]),
  );
  return plainTable(['stream', '`enabled`', '`every`', '`settle`', '`overlap`', '`rereads`'], rows);
}

function timingOf({ settle, overlap, rereads = [] }: Stream): string[] {
  const further = rereads.map((reread) => `${formatDuration(reread.overlap)} every ${formatDuration(reread.every)}`);
  return [formatDuration(settle), formatDuration(overlap), further.join(', ')];
}
