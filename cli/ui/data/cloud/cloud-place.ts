import { findSources } from '../../../../lib/plan/find-sources.ts';
import { chooseFeeds } from '../../../../local/configuration.ts';
import type { CloudAccount } from '../../../cloud/account.ts';
import { deployedConfig, openCloud } from '../../../cloud/open-cloud.ts';
import type { FeedOptions } from '../../../feeds/opened.ts';
import type { Place } from '../place.ts';

/** A deployment, and the account in which it is. */
export interface CloudPlace extends Place {
  readonly account: CloudAccount;
}

/** Opens a deployment. Its functions are asked, as by every command with `--cloud`. */
export async function openCloudPlace(options: FeedOptions): Promise<CloudPlace> {
  const config = await deployedConfig(options.config);
  const sources = await findSources();
  const opened = await openCloud(options, () => true);
  const { stackPrefix } = config.deployment;
  return {
    kind: 'cloud',
    name: stackPrefix,
    detail: process.env.AWS_REGION ?? opened.account.clientOptions.region ?? 'AWS',
    config,
    sources,
    feeds: chooseFeeds(config, sources, options.feed),
    looking: opened,
    working: opened,
    account: opened.account,
    close: async () => undefined,
  };
}
