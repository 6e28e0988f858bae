import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import type { Deployment } from '../../../functions/core/config/deployment.ts';
import { clientOptionsOf } from '../../cloud/account.ts';
import { sayAwsError } from '../../cloud/aws-error.ts';

/** An alarm of the deployment. */
export interface FoundAlarm {
  readonly name: string;
  readonly about: string;
  readonly state: string;
  readonly since: string | undefined;
  /** Whom it tells. */
  readonly actions: readonly string[];
}

/** The alarms of a deployment: CloudFormation begins their names with that of their stack. */
export async function listAlarms(deployment: Deployment): Promise<FoundAlarm[]> {
  const client = new CloudWatchClient(clientOptionsOf(deployment));
  const found: FoundAlarm[] = [];
  try {
    const pages = paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${deployment.stackPrefix}-forwarding-` });
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const alarm of [...MetricAlarms, ...CompositeAlarms]) {
        found.push({
          name: alarm.AlarmName ?? '',
          about: alarm.AlarmDescription ?? '',
          state: alarm.StateValue ?? '',
          since: alarm.StateTransitionedTimestamp?.toISOString() ?? alarm.StateUpdatedTimestamp?.toISOString(),
          actions: alarm.AlarmActions ?? [],
        });
      }
    }
  } catch (thrown) {
    throw sayAwsError('The alarms cannot be looked up', thrown);
  } finally {
    client.destroy();
  }
  return found;
}
