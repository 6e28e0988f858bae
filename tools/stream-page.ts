import * as z from 'zod/mini';
import type { EcsEvent } from '../functions/core/ecs-event.ts';
import {
  type AnyStream,
  type FormatId,
  isSnapshot,
  type Shape,
  type SnapshotStream,
  type Source,
  type Stream,
} from '../functions/core/model.ts';
import { UNKNOWN_EVENT } from '../functions/core/reading/process-page.ts';
import { DAY, type Duration, formatDuration } from '../functions/core/time.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { writeEvent } from '../functions/destinations/write-event.ts';
import { goldenCases, goldenEvents, snapshotCases } from './golden.ts';

type Fact = readonly [what: string, how: string];

/** The page about a stream: what it needs, what it gives, and one of its golden events in every format. */
export function streamPage(source: Source, stream: AnyStream): string {
  const facts: readonly Fact[] = [
    ['needs', stream.needs],
    ['secret', secretOf(source)],
    ['runs', stream.enabled ? everyOf(stream) : `off by default; ${everyOf(stream)} when it is on`],
    ...(isSnapshot(stream) ? snapshotFacts(stream) : eventFacts(stream)),
  ];
  const sample = sampleOf(source, stream);
  const settings = settingsOf(source);
  return `<!-- Made by \`npm run generate\`. -->

# ${source.title}: ${stream.title}

Feed \`${source.id}/${stream.name}/<connection>\`. The vendor's page: <${stream.docs}>.

| what | how |
|---|---|
${facts.map(([what, how]) => `| ${what} | ${how} |`).join('\n')}
${settings.length === 0 ? '' : settingsTable(settings)}${sample ? samples(sample, isSnapshot(stream)) : ''}`;
}

function eventFacts(stream: Stream): readonly Fact[] {
  return [
    ['settle', `${formatDuration(stream.settle)}: a window ends no later than so long before now`],
    ['overlap', `${formatDuration(stream.overlap)}: so far behind the watermark each run reads again`],
    ...rereadFacts(stream),
    ['late events', `found when they appear at most ${formatDuration(foundWithin(stream))} after they happened`],
    [
      'longest window',
      `${formatDuration(stream.longestWindow)}${stream.windowStep === undefined ? '' : `; asked for in whole steps of ${formatDuration(stream.windowStep)}`}`,
    ],
    ['kept by the vendor', sayRetention(stream.retention)],
  ];
}

function rereadFacts({ rereads = [] }: Stream): readonly Fact[] {
  const looks = rereads.map(({ every, overlap }) => `every ${formatDuration(every)} ${formatDuration(overlap)}`);
  return looks.length === 0 ? [] : [['looks further back', looks.join(', ')]];
}

/** How late an event may be and still be found: by the longest look back, or in the step that is read until it has settled. */
function foundWithin({ overlap, rereads = [], settle }: Stream): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap)) + settle;
}

function snapshotFacts({ thing }: SnapshotStream): readonly Fact[] {
  return [
    ['first run', `one event of kind \`state\` that tells which things (${thing}) there are`],
    ['later runs', 'an event for each that was created, changed or deleted since, with how it was and how it is'],
    ['not seen', 'what was made and undone between two runs'],
    ['shrunk lists', 'a list that lost over half of its things is read once more, and believed only if it stays so'],
  ];
}

/** What `settings` of a connection may hold, in the words of the configuration's schema. */
function settingsOf({ settings }: Source): readonly Fact[] {
  const { properties = {} } = z.toJSONSchema(settings, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', default: usual } = property as { description?: string; default?: unknown };
    return [`\`${name}\``, usual === undefined ? description : `${description} (default: ${JSON.stringify(usual)})`];
  });
}

function settingsTable(settings: readonly Fact[]): string {
  const rows = settings.map(([name, description]) => `| ${name} | ${description} |`);
  return `\n| setting of the connection | what it does |\n|---|---|\n${rows.join('\n')}\n`;
}

function secretOf({ auth }: Source): string {
  const shapes = auth.secret.map((shape) => Object.fromEntries(Object.keys(shape).map((key) => [key, '...'])));
  return shapes.map((shape) => `\`${JSON.stringify(shape)}\``).join(' or ');
}

/** The first event that is understood; of a snapshot stream a change, which tells more than a baseline. */
function sampleOf(source: Source, { name }: AnyStream): EcsEvent | undefined {
  const cases = [...goldenCases(source), ...snapshotCases(source)].filter(({ feed }) => feed.stream.name === name);
  const events = cases.flatMap((golden) => goldenEvents(golden)).filter(({ event }) => event.kind !== 'pipeline_error');
  const telling = events.filter(({ event, tags }) => event.kind !== 'state' && !tags?.includes(UNKNOWN_EVENT));
  return telling[0] ?? events[0];
}

function samples(event: EcsEvent, isChange: boolean): string {
  const line = (format: FormatId, shape: Omit<Shape, 'format'> = {}) => writeEvent({ format, ...shape }, event).text;
  const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 2);
  const raw = isChange ? 'The thing before and after' : 'The vendor’s record';
  const parts: [string, string, string][] = [
    [`${raw}, which is also format \`raw\``, 'json', line('raw')],
    ['Format `ecs`', 'json', pretty(line('ecs'))],
    ['Format `cef`', 'text', line('cef')],
    ['Format `ocsf`', 'json', pretty(line('ocsf'))],
    ...DESTINATION_TYPES.flatMap(({ envelope }): [string, string, string][] =>
      envelope ? [[`Format \`raw\` ${envelope.sampleHeading}`, 'json', line('raw', envelope.sample)]] : [],
    ),
  ];
  return parts.map(([title, language, text]) => `\n## ${title}\n\n\`\`\`${language}\n${text}\n\`\`\`\n`).join('');
}

function everyOf({ every }: AnyStream): string {
  return `every ${formatDuration(every)}`;
}

function sayRetention(retention: Duration): string {
  return `${Math.round(retention / DAY)} days`;
}
