import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { AnyFeed } from '../../functions/core/model.ts';
import { functionOutput } from '../../lib/account/outputs.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { chooseFeeds, readConfig } from '../../local/configuration.ts';
import { type FeedOptions, groupsOf, type Opened } from '../feeds/opened.ts';
import { CloudAccount } from './account.ts';

/** The chosen feeds of a deployment; its functions are invoked as the local ones would be. */
export interface OpenedCloud extends Opened {
  readonly account: CloudAccount;
}

export async function openCloud(options: FeedOptions, wanted: (feed: AnyFeed) => boolean): Promise<OpenedCloud> {
  const config = await deployedConfig(options.config);
  const chosen = chooseFeeds(config, await findSources(), options.feed, wanted);
  const account = new CloudAccount(config.deployment);
  return {
    account,
    groups: groupsOf(chosen),
    isShared: true,
    invoke: async ({ connection, feeds }, order) => {
      const functionArn = await account.output('forwarding', functionOutput(connection.source));
      const streams = feeds.map(({ stream }) => stream.name);
      return await account.invoke(functionArn, { ...order, connection, streams });
    },
    who: async () => await (await import('./principal.ts')).principalArn(account.clientOptions),
    close: async () => undefined,
  };
}

/** The configuration of the deployment. Without one there is nothing to work on: the demo is local only. */
export async function deployedConfig(file: string | undefined): Promise<Config> {
  const config = await readConfig(file, await findSources());
  if (config) return config;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'There is no tidemark.json, and --cloud is about what it has deployed.',
    remedy: 'Name it: --config FILE.',
  });
}
