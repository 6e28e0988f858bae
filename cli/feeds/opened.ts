import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import type { AnyFeed } from '../../functions/core/model.ts';
import type { ChosenFeed } from '../../local/configuration.ts';

/** Options of every command that works on feeds. */
export interface FeedOptions {
  readonly config?: string;
  readonly feed?: string;
  readonly state: string;
  readonly out?: string;
  readonly secrets?: string;
  readonly json: boolean;
  /** Whether to work on the deployment in the AWS account instead of the state directory. */
  readonly cloud?: boolean;
}

/** The chosen feeds of one connection. */
export interface Group {
  readonly connection: ConfiguredConnection;
  readonly feeds: readonly AnyFeed[];
}

/** The chosen feeds and a way to invoke their functions: on this machine or in the AWS account. */
export interface Opened {
  readonly groups: readonly Group[];
  /** Whether others can work meanwhile: in the cloud, and beside a program whose services these are. */
  readonly isShared: boolean;
  /** Invokes a connection's function. */
  invoke(group: Group, order: object, budgetMs: number): Promise<unknown>;
  /** Who gives the command: the ARN of the credentials, or the user of this machine. */
  who(): Promise<string>;
  close(): Promise<void>;
}

/** The chosen feeds, grouped by connection. */
export function groupsOf(chosen: readonly ChosenFeed[]): Group[] {
  const byConnection = Map.groupBy(chosen, ({ connection }) => connection);
  return [...byConnection].map(([connection, feeds]) => ({ connection, feeds: feeds.map(({ feed }) => feed) }));
}
