import * as z from 'zod/mini';
import type { EcsEvent } from '../functions/core/ecs-event.ts';
import { UNKNOWN_EVENT } from '../functions/core/events/tags.ts';
import {
  type AnyStream,
  type FormatId,
  isSnapshot,
  type Shape,
  type SnapshotStream,
  type Source,
  type Stream,
} from '../functions/core/model.ts';
import { DAY, type Duration, formatDuration } from '../functions/core/time.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { writeEvent } from '../functions/destinations/write-event.ts';
import { goldenCases, goldenEvents, snapshotCases } from './golden.ts';

type Fact = readonly [name: string, text: string];

/** The page about a stream: its permissions, timing and settings, and one of its golden events in every format. */
export function streamPage(source: Source, stream: AnyStream): string {
  const facts: readonly Fact[] = [
    ['permission', stream.needs],
    ['secret', secretOf(source)],
    ['runs', stream.enabled ? everyOf(stream) : `off by default; ${everyOf(stream)} if enabled`],
    ...(isSnapshot(stream) ? snapshotFacts(stream) : eventFacts(stream)),
    ...(stream.remarks ?? []).map((remark) => ['remark', remark] as const),
  ];
  const sample = sampleOf(source, stream);
  const settings = settingsOf(source);
  return `<!-- Made by \`npm run generate\`. -->

# ${source.title}: ${stream.title}

Feed \`${source.id}/${stream.name}/<connection>\`. The vendor's page: <${stream.docs}>.

| fact | value |
|---|---|
${facts.map(([name, text]) => `| ${name} | ${text} |`).join('\n')}
${settings.length === 0 ? '' : settingsTable(settings)}${sample ? samples(sample, isSnapshot(stream)) : ''}`;
}

function eventFacts(stream: Stream): readonly Fact[] {
  return [
    ['settle', `${formatDuration(stream.settle)}: a window ends at least this long before the present`],
    ['overlap', `${formatDuration(stream.overlap)}: each run reads this much before the watermark again`],
    ...rereadFacts(stream),
    ['late events', `found if they appear at most ${formatDuration(foundWithin(stream))} after they happened`],
    [
      'longest window',
      `${formatDuration(stream.longestWindow)}${stream.windowStep === undefined ? '' : `; requested in whole steps of ${formatDuration(stream.windowStep)}`}`,
    ],
    ['kept by the vendor', formatRetention(stream.retention)],
  ];
}

function rereadFacts({ rereads = [] }: Stream): readonly Fact[] {
  const texts = rereads.map(({ every, overlap }) => `${formatDuration(overlap)} every ${formatDuration(every)}`);
  return texts.length === 0 ? [] : [['reads again further back', texts.join(', ')]];
}

/** The largest lateness with which an event is still found: that of the longest re-read, or of the overlap. */
function foundWithin({ overlap, rereads = [], settle }: Stream): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap)) + settle;
}

function snapshotFacts({ thing }: SnapshotStream): readonly Fact[] {
  return [
    ['first run', `one event of kind \`state\` that lists all items (${thing})`],
    [
      'later runs',
      'one event for each item that was created, changed or deleted since, with the values before and after',
    ],
    ['not seen', 'a change that was undone between two runs'],
    [
      'shrunk lists',
      'a list that lost over half of its items is read again, and accepted only if the result is the same',
    ],
  ];
}

/** The settings of a connection to this source, as described in the configuration's schema. */
function settingsOf({ settings }: Source): readonly Fact[] {
  const { properties = {} } = z.toJSONSchema(settings, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', default: value } = property as { description?: string; default?: unknown };
    return [`\`${name}\``, value === undefined ? description : `${description} (default: ${JSON.stringify(value)})`];
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

/** The first event that could be mapped. For a snapshot stream a change, because it shows more than a baseline. */
function sampleOf(source: Source, { name }: AnyStream): EcsEvent | undefined {
  const cases = [...goldenCases(source), ...snapshotCases(source)].filter(({ feed }) => feed.stream.name === name);
  const events = cases.flatMap((golden) => goldenEvents(golden)).filter(({ event }) => event.kind !== 'pipeline_error');
  const preferred = events.filter(({ event, tags }) => event.kind !== 'state' && !tags?.includes(UNKNOWN_EVENT));
  return preferred[0] ?? events[0];
}

function samples(event: EcsEvent, isChange: boolean): string {
  const line = (format: FormatId, shape: Omit<Shape, 'format'> = {}) => writeEvent({ format, ...shape }, event).text;
  const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 2);
  const raw = isChange ? 'The item before and after' : 'The vendor’s record';
  const parts: [string, string, string][] = [
    [`${raw}, which is also the format \`raw\``, 'json', line('raw')],
    ['Format `ecs`', 'json', pretty(line('ecs'))],
    ['Format `cef`', 'text', line('cef')],
    ['Format `ocsf`', 'json', pretty(line('ocsf'))],
    ...DESTINATION_TYPES.flatMap(({ envelope, formats }): [string, string, string][] => {
      const format = formats.includes('raw') ? 'raw' : 'ecs';
      return envelope
        ? [[`Format \`${format}\` ${envelope.sampleHeading}`, 'json', line(format, envelope.sample)]]
        : [];
    }),
  ];
  return parts.map(([title, language, text]) => `\n## ${title}\n\n\`\`\`${language}\n${text}\n\`\`\`\n`).join('');
}

function everyOf({ every }: AnyStream): string {
  return `every ${formatDuration(every)}`;
}

function formatRetention(retention: Duration): string {
  return `${Math.round(retention / DAY)} days`;
}
