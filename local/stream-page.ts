import type { EcsEvent, FormatId, Shape, Source, Stream } from '../functions/core/model.ts';
import { DAY, type Duration, formatDuration } from '../functions/core/time.ts';
import { writeEvent } from '../functions/formats/formats.ts';
import { goldenCases, goldenEvents } from './golden.ts';

/** The page about a stream: what it needs, what it gives, and one of its golden events in every format. */
export function streamPage(source: Source, stream: Stream): string {
  const [sample] = goldenCases(source)
    .filter(({ feed }) => feed.stream.name === stream.name)
    .flatMap((golden) => goldenEvents(golden))
    .filter(({ event }) => event.kind !== 'pipeline_error');
  return `<!-- Made by \`npm run generate\`. -->

# ${source.title}: ${stream.title}

Feed \`${source.id}/${stream.name}/<connection>\`. The vendor's page: <${stream.docs}>.

| what | how |
|---|---|
| needs | ${stream.needs} |
| secret | \`${JSON.stringify(Object.fromEntries(Object.keys(source.auth.secret).map((key) => [key, '...'])))}\` |
| runs | ${stream.enabled ? `every ${formatDuration(stream.every)}` : `off by default; every ${formatDuration(stream.every)} when it is on`} |
| settle | ${formatDuration(stream.settle)}: a window ends no later than so long before now |
| overlap | ${formatDuration(stream.overlap)}: so far behind the watermark each run reads again |
| late events | found when they appear at most ${formatDuration(stream.overlap + stream.settle)} after they happened |
| longest window | ${formatDuration(stream.longestWindow)} |
| kept by the vendor | ${sayRetention(stream.retention)} |
${sample ? samples(sample) : ''}`;
}

function samples(event: EcsEvent): string {
  const line = (format: FormatId, shape: Omit<Shape, 'format'> = {}) => writeEvent({ format, ...shape }, event).text;
  const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 2);
  const parts: [string, string, string][] = [
    ['The vendor’s record, which is also format `raw`', 'json', line('raw')],
    ['Format `ecs`', 'json', pretty(line('ecs'))],
    ['Format `cef`', 'text', line('cef')],
    ['Format `ocsf`', 'json', pretty(line('ocsf'))],
    ['Format `raw` in Splunk’s envelope', 'json', line('raw', { hec: { index: 'audit' } })],
  ];
  return parts.map(([title, language, text]) => `\n## ${title}\n\n\`\`\`${language}\n${text}\n\`\`\`\n`).join('');
}

function sayRetention(retention: Duration): string {
  return `${Math.round(retention / DAY)} days`;
}
