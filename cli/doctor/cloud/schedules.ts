import type { Finding } from '../../../functions/core/examine/finding.ts';
import type { PlannedSchedule } from '../../../lib/plan/plan-schedules.ts';
import type { Cloud } from './cloud.ts';
import { green, looking, red, some } from './looking.ts';

/** Up to this number, the schedules are looked at one by one to find out which is missing. */
const MOST_LOOKED_AT = 200;
const DEPLOY = 'Deploy: npx cdk deploy --all.';

/** Whether the schedules of a shard are there, and switched on. */
export async function examineSchedules(
  cloud: Cloud,
  stack: string,
  planned: readonly PlannedSchedule[],
): Promise<Finding<string>[]> {
  const subject = `stack ${stack}`;
  return await looking(subject, 'schedules', async () => {
    const found = await cloud.schedules(stack);
    const about = async (name: string) => (await cloud.scheduleAbout(stack, name)) || name;
    const off = found.filter(({ enabled }) => !enabled);
    if (off.length > 0) {
      const names = await Promise.all(off.slice(0, MOST_LOOKED_AT).map(({ name }) => about(name)));
      return red(
        subject,
        'schedules',
        `${off.length} of ${found.length} schedules are switched off: ${some(names)}`,
        'Somebody has switched them off by hand: switch them on in EventBridge Scheduler, or deploy again.',
      );
    }
    if (found.length === planned.length) return green(subject, 'schedules', `all ${found.length} are there and on`);
    const wanted = `${found.length} schedules are there, and ${planned.length} are wanted`;
    if (found.length > MOST_LOOKED_AT) return red(subject, 'schedules', wanted, DEPLOY);
    const there = new Set(await Promise.all(found.map(({ name }) => about(name))));
    const missing = planned.filter(({ description }) => !there.has(description)).map(({ description }) => description);
    return red(subject, 'schedules', `${wanted}${missing.length > 0 ? `. Missing: ${some(missing)}` : ''}`, DEPLOY);
  });
}
