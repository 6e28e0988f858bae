import type { Deployment } from '../../../functions/core/config/deployment.ts';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import type { FoundAlarm } from './alarms.ts';
import type { Cloud } from './cloud.ts';
import { green, looking, red, some } from './looking.ts';

const SUBJECT = 'alarms';

/** Whether alarms are on, and whether somebody is told. */
export async function examineAlarms(cloud: Cloud, { alarms }: Deployment): Promise<Finding<string>[]> {
  return await looking(SUBJECT, 'alarm', async () => {
    const found = await cloud.alarms();
    if (found.length === 0)
      return red(SUBJECT, 'alarm', 'there are none', 'Deploy again: npx cdk deploy --all. Nothing may run unwatched.');
    const topics = [...new Set(found.flatMap(({ actions }) => actions).filter((arn) => arn.includes(':sns:')))];
    const listeners = alarms.none
      ? [green(SUBJECT, 'listener', 'nobody is to be told: that is what tidemark.json says')]
      : await looking(SUBJECT, 'listener', async () => await examineListeners(cloud, topics));
    return [examineStates(found), ...listeners];
  });
}

function examineStates(found: readonly FoundAlarm[]): Finding<string> {
  const on = found.filter(({ state }) => state === 'ALARM');
  if (on.length === 0) return green(SUBJECT, 'alarm', `none of ${found.length} is on`);
  const names = on.map(({ about, name, since }) => `${sentenceOf(about) || name}${since ? ` (since ${since})` : ''}`);
  const [first] = on;
  const headings = new Set(on.flatMap(({ about }) => /docs\/runbook\.md, [\w-]+/.exec(about) ?? []));
  return red(
    SUBJECT,
    'alarm',
    `${on.length} of ${found.length} are on: ${some(names, 3)}`,
    headings.size > 0 ? `See ${[...headings].join('; ')}.` : `See the description of the alarm ${first?.name}.`,
  );
}

/** What an alarm is about, without its commands. */
function sentenceOf(about: string): string {
  return about.split(' First: ')[0] ?? '';
}

async function examineListeners(cloud: Cloud, topics: readonly string[]): Promise<Finding<string>> {
  const all = await Promise.all(topics.map(async (topic) => await cloud.listeners(topic)));
  const confirmed = all.reduce((sum, one) => sum + one.confirmed, 0);
  const pending = all.reduce((sum, one) => sum + one.pending, 0);
  const waiting = pending === 0 ? '' : `; ${pending} must still confirm what SNS has sent`;
  if (confirmed > 0) return green(SUBJECT, 'listener', `${confirmed} are told${waiting}`);
  return red(
    SUBJECT,
    'listener',
    `nobody is told of alarms${waiting}`,
    pending > 0
      ? 'Click the link in the mail of SNS (look among the spam), or subscribe again.'
      : 'Set deployment.alarms in tidemark.json and deploy, or subscribe somebody to the topic.',
  );
}
