import { OCSF_VERSIONS } from '../../core/model.ts';
import { type ActivityRule, OTHER } from './activity.ts';
import { CLASS_RULES, type ClassRule, LAST_RULE } from './class.ts';
import { ADDITIONS } from './versions.ts';

/** What later versions of OCSF have, as a table in Markdown for the documentation. */
export function ocsfVersionTable(): string {
  const rows = OCSF_VERSIONS.slice(1).map((version) => {
    const additions = Object.values(ADDITIONS).filter(({ since }) => since === version);
    const newOnes = CLASS_RULES.flatMap(({ becomes, activities: rules }) =>
      rules
        .filter((rule) => rule.since === version)
        .map((rule) => `${becomes.caption}: ${captionOf(rule, becomes.activities)}`),
    );
    const activities = new Set(newOnes);
    const actors = new Set(
      CLASS_RULES.flatMap(({ becomes }) => (becomes.actorSince === version ? [becomes.caption] : [])),
    );
    return [
      version,
      [
        ...additions.map(({ about }) => about),
        ...(activities.size > 0 ? [`activities: ${[...activities].join('; ')}`] : []),
        ...(actors.size > 0 ? [`\`actor\` in ${[...actors].join(' and ')} without the profile \`host\``] : []),
      ].join('<br>'),
    ];
  });
  const table = [['from', 'what events have'], ['---', '---'], ...rows];
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** The rules for the OCSF class and activity of events, as a table in Markdown for the documentation. The first row that fits counts. */
export function ocsfClassTable(): string {
  const rows = [...CLASS_RULES, LAST_RULE].map((rule) => [eventOf(rule), classOf(rule), activitiesOf(rule)]);
  const table = [['ECS event', 'OCSF class', 'activity: the first that fits'], ['---', '---', '---'], ...rows];
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function eventOf(rule: ClassRule): string {
  const conditions = [
    ...(rule.isSelfEvent ? ['event.module `tidemark`: what Tidemark itself did or found'] : []),
    ...(rule.kinds ? [`event.kind ${oneOf(rule.kinds)}`] : []),
    ...(rule.categories ? [`event.category ${oneOf(rule.categories)}`] : []),
    ...(rule.types ? [`event.type ${oneOf(rule.types)}`] : []),
    ...(rule.words ? [`event.action says ${rule.words.join(' or ')}`] : []),
  ];
  return conditions.length > 0 ? conditions.join(', ') : 'anything else';
}

function classOf({ becomes }: ClassRule): string {
  return `${becomes.uid} ${becomes.caption}`;
}

function activitiesOf({ activities, becomes }: ClassRule): string {
  const rows = activities.map((rule) => `${conditionOf(rule)}: ${captionOf(rule, becomes.activities)}`);
  return [...rows, `${rows.length > 0 ? 'else' : 'always'}: ${captionOf({}, {})}`].join('<br>');
}

function conditionOf({ types, words, since }: ActivityRule): string {
  return [
    ...(since ? [`from ${since}`] : []),
    ...(types ? [`type ${oneOf(types)}`] : []),
    ...(words ?? []).map((alternatives) => `action says ${alternatives.join(' or ')}`),
  ].join(', ');
}

function captionOf({ activity = OTHER }: ActivityRule, captions: Readonly<Record<number, string>>): string {
  return `${activity} ${captions[activity] ?? 'Other'}`;
}

function oneOf(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(' or ');
}
