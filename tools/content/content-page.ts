import { convertersOf } from './sigma/converters.ts';
import { evaluate } from './sigma/evaluate/evaluate.ts';
import { type Event, textsAt } from './sigma/evaluate/values.ts';
import { fieldsOf } from './sigma/fields-of.ts';
import { readProof } from './sigma/proofs/read-proofs.ts';
import type { Correlation, Rule } from './sigma/rule.ts';

const THEMES: Readonly<Record<string, string>> = {
  'sign-ins': 'Sign-ins and use',
  access: 'Users, roles, keys and settings',
  data: 'Data and machines',
  forwarder: 'The forwarder itself',
};

/** What is shown of every event, beside the fields that the rule looks at. */
const SHOWN = ['@timestamp', 'message', 'event.module', 'event.action', 'user.id', 'user.name', 'source.ip'];

/** The page about the rules: what each detects, what to do, and an event that fires it. */
export function contentPage(rules: readonly Rule[]): string {
  const themes = [...Map.groupBy(rules, themeOf)];
  const unknown = themes.find(([theme]) => THEMES[theme] === undefined);
  if (unknown) throw new Error(`${unknown[0]} has no title. Add it to THEMES in tools/content/content-page.ts.`);
  return `<!-- Made by \`npm run generate\`. -->

# Rules

${rules.length} rules in [Sigma](https://sigmahq.io) find what is worth an alert in the events of all vendors and in Tidemark's own. They are in \`content/sigma\`, versioned with the mappings,
and each is proven with golden events: some that fire it, and some that are different in the one thing that matters (\`content/proofs\`). \`content/proofs/golden-hits.txt\` says which of all
golden events fire each rule.

- **Install them**: [content-packages.md](content-packages.md) makes packages of them that a SIEM imports.
- **Convert them** yourself with pySigma, such as \`sigma convert -t lucene --without-pipeline FILE\`. A file holds a rule with all that it refers to. *Converts to* names the languages that
  express all of it: SPL, Lucene (of Elasticsearch and OpenSearch), ES|QL and PPL. No backend of pySigma knows an order of events yet; packages made from the rules may.
- **Fields** are those of ECS, as [formats](formats.md) describes them. The product of all log sources is \`tidemark\`: point it at the index, data stream or table with the events in format \`ecs\`.
- **Letters:** values are written as the events have them. In Sigma they fit in any letters, and so they do in SPL; Lucene and ES|QL compare keywords letter by letter.
- **Correlations** of converted rules count in fixed periods, such as from 10:00 to 10:10, and the searches of PPL count over the time that you give them. What begins in one period and ends in the next may be missed.
- **Levels** are a proposal. All rules are \`experimental\` until you have seen them in your own environment: numbers and hours are for you to change.
- **Techniques** are those of MITRE ATT&CK 19.

| rule | level | techniques | vendor | converts to |
|---|---|---|---|---|
${rules.map(row).join('\n')}

${themes.map(([theme, of]) => `## ${THEMES[theme]}\n\n${of.map(section).join('\n')}`).join('\n')}`;
}

function themeOf({ file }: Rule): string {
  return file.split('/')[2] ?? '';
}

function row({ title, level, techniques, logic }: Rule): string {
  return `| [${title}](#${anchorOf(title)}) | ${level} | ${techniques.join(', ')} | ${servicesOf(logic).join(', ')} | ${convertersOf(logic).join(', ').replaceAll('|', '\\|') || 'none'} |`;
}

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(' ', '-');
}

function servicesOf(logic: Rule['logic']): string[] {
  if (logic.kind === 'detection') return [logic.logSource.service ?? 'all'];
  return [...new Set(logic.rules.flatMap(servicesOf))];
}

function section(rule: Rule): string {
  const { file, title, level, techniques, description, runbook, falsePositives, logic } = rule;
  const [first] = readProof(rule).fires;
  if (!first) throw new Error(`${file} has no proof.`);
  const hit = evaluate(logic, first.events)[0];
  const event = hit?.events.at(-1);
  if (!event) throw new Error(`${file} does not fire in the case “${first.what}”.`);
  return `### ${title}

${description}${logic.kind === 'correlation' ? ` ${counted(logic)}` : ''}

- **Do:** ${runbook}
- **False positives:** ${falsePositives.join('; ')}.
- Level ${level}, ${techniques.join(', ')}, [${file.split('/').slice(2).join('/')}](../${file})

${first.what}${logic.kind === 'correlation' ? ', of which the last is' : ''}:

\`\`\`
${shown(event, [...new Set([...SHOWN, ...fieldsOf(logic)])])}
\`\`\`
`;
}

/** What a correlation counts, in words. */
function counted({ type, groupBy, timespan, condition, field }: Correlation): string {
  const bounds = condition.map((bound) => `${SIGNS[bound.with]} ${bound.value}`).join(' and ');
  const what = {
    event_count: `Events ${bounds}`,
    value_count: `Values of \`${field}\` ${bounds}`,
    temporal: 'All its parts',
    temporal_ordered: 'All its parts in their order',
  }[type];
  return `(${what} within ${timespan.text}, for the same ${groupBy.map((one) => `\`${one}\``).join(' and ')}.)`;
}

const SIGNS = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=' };

function shown(event: Event, fields: readonly string[]): string {
  return fields
    .flatMap((field) => {
      const texts = textsAt(event, field);
      return texts.length === 0 ? [] : [`${field}: ${texts.join(', ')}`];
    })
    .join('\n');
}
