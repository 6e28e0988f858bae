import type { Config } from '../../../functions/core/config/tidemark-config.ts';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import { functionOutput } from '../../../lib/account/outputs.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { planSchedules } from '../../../lib/plan/plan-schedules.ts';
import { deployedConfig, type OpenedCloud, openCloud } from '../../cloud/open-cloud.ts';
import { type Check, checkOf, failedCheck } from '../check.ts';
import { examineConnections } from '../connections.ts';
import type { ExamineOptions } from '../examine-options.ts';
import { Aws } from './aws.ts';
import { type Cloud, Denied } from './cloud.ts';
import { examineDestination } from './destinations.ts';
import { type Drawn, draw } from './drawn.ts';
import { examineAlarms } from './examine-alarms.ts';
import { examineCode, examineFiles, examineFunction } from './functions.ts';
import { looking } from './looking.ts';
import { examineSchedules } from './schedules.ts';
import { examineStack } from './stacks.ts';

/** What the examination of a deployment works with. */
export interface CloudTools {
  readonly cloud: Cloud;
  readonly draw: typeof draw;
}

/** Examines what is deployed: its stacks and code, what runs it, and, by its functions, each connection. */
export async function examineCloud(
  options: ExamineOptions,
  sayProgress: (text: string) => void,
  tools?: CloudTools,
): Promise<Check[]> {
  const config = await deployedConfig(options.config);
  const opened = await openCloud(options, () => true);
  const { cloud, draw: drawing } = tools ?? { cloud: new Aws(config.deployment), draw };
  const account = await examineAccount(cloud, config);
  if (account) return [account];
  sayProgress('what this checkout would deploy');
  let drawn: Drawn | undefined;
  const undrawn = await looking('this checkout', 'configuration', async () => {
    drawn = await drawing(options.config);
    return [];
  });
  try {
    const examination = new CloudExamination({ options, config, opened, cloud, drawn, sayProgress });
    return [...undrawn, ...(await examination.findings())].map(checkOf);
  } finally {
    await drawn?.close();
  }
}

/** The first question to the account. If it cannot be asked at all, nothing else can: without credentials, for example. */
async function examineAccount(cloud: Cloud, { deployment }: Config): Promise<Check | undefined> {
  try {
    await cloud.stack(`${deployment.stackPrefix}-state`);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Denied ? undefined : failedCheck('AWS account', 'account', thrown, ['everything else']);
  }
}

interface Inputs {
  readonly options: ExamineOptions;
  readonly config: Config;
  readonly opened: OpenedCloud;
  readonly cloud: Cloud;
  readonly drawn: Drawn | undefined;
  readonly sayProgress: (text: string) => void;
}

class CloudExamination {
  readonly #inputs: Inputs;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  async findings(): Promise<Finding<string>[]> {
    const { config, cloud, sayProgress } = this.#inputs;
    const { stackPrefix, shards } = config.deployment;
    sayProgress('stacks, and whether they have drifted');
    const base = await this.#stacks([`${stackPrefix}-state`, `${stackPrefix}-forwarding`]);
    const missing = base.filter(({ check, ok, found }) => check === 'stack' && !ok && found.includes('not deployed'));
    if (missing.length > 0) return withWaiting(missing);
    const numbers = Array.from({ length: shards }, (_, at) => `${stackPrefix}-schedules-${at + 1}`);
    const shardStacks = await this.#stacks(numbers);
    sayProgress('schedules, alarms and streams');
    const planned = planSchedules(config, await this.#usedSources());
    const parts = await Promise.all([
      ...numbers.map((name, at) =>
        shardStacks.some(({ subject, ok, check }) => subject === `stack ${name}` && check === 'stack' && !ok)
          ? []
          : examineSchedules(cloud, name, planned[at] ?? []),
      ),
      examineAlarms(cloud, config.deployment),
      ...config.destinations.map((destination) => examineDestination(cloud, config, destination)),
      this.#connections(),
    ]);
    return [...base, ...shardStacks, ...parts.flat()];
  }

  async #stacks(names: readonly string[]): Promise<Finding<string>[]> {
    const { cloud, drawn } = this.#inputs;
    const found = await Promise.all(names.map((name) => examineStack(cloud, name, drawn?.templates.get(name))));
    return found.flat();
  }

  async #usedSources() {
    const { connections } = this.#inputs.config;
    return (await findSources()).filter(({ id }) => connections.some(({ source }) => source === id));
  }

  /** What takes no invocation is not invoked. */
  async #connections(): Promise<Finding<string>[]> {
    const { cloud, opened, options, drawn, sayProgress } = this.#inputs;
    const sources = [...new Set(opened.groups.map(({ connection }) => connection.source))];
    const functions = await Promise.all(
      sources.map(async (source) => {
        const files: Finding<string>[] = [];
        const findings = await looking(`function of ${source}`, 'function', async () => {
          const arn = await opened.account.output('forwarding', functionOutput(source));
          files.push(...(await examineFiles(cloud, source, arn, await drawn?.filesOf(source))));
          return await examineFunction(cloud, source, arn);
        });
        return { source, findings, files };
      }),
    );
    const working = functions.filter(({ findings }) => findings.every(({ ok }) => ok)).map(({ source }) => source);
    const groups = opened.groups.filter(({ connection }) => working.includes(connection.source));
    const codes = new Map<string, string>();
    const checks = await examineConnections({ ...opened, groups }, options, sayProgress, (source, code) =>
      codes.set(source, code),
    );
    const compared = await Promise.all(
      [...codes].map(async ([source, code]) => examineCode(source, code, await drawn?.codeOf(source))),
    );
    return [...functions.flatMap(({ findings, files }) => [...findings, ...files]), ...compared, ...checks];
  }
}

/** Without its stacks, nothing else can be looked at. */
function withWaiting(missing: readonly Finding<string>[]): Finding<string>[] {
  const [first, ...others] = missing;
  return first ? [{ ...first, waiting: ['everything else'] }, ...others] : [];
}
