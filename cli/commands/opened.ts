import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import type { AnyFeed } from '../../functions/core/model.ts';
import type { ChosenFeed } from '../../local/configuration.ts';

/** What every command about feeds takes. */
export interface FeedOptions {
  readonly config?: string;
  readonly feed?: string;
  readonly state: string;
  readonly out?: string;
  readonly secrets?: string;
  readonly json: boolean;
  /** In the AWS account where it is deployed, instead of in the state directory. */
  readonly cloud?: boolean;
}

/** The feeds of one connection that a command is about. */
export interface Group {
  readonly connection: ConfiguredConnection;
  readonly feeds: readonly AnyFeed[];
}

/** A world to command: our own, or that of a program which runs in the same state directory. */
export interface Opened {
  readonly groups: readonly Group[];
  /** Invokes a connection's function. */
  invoke(group: Group, order: object, budgetMs: number): Promise<unknown>;
  close(): Promise<void>;
}

export function groupsOf(chosen: readonly ChosenFeed[]): Group[] {
  const byConnection = Map.groupBy(chosen, ({ connection }) => connection);
  return [...byConnection].map(([connection, own]) => ({ connection, feeds: own.map(({ feed }) => feed) }));
}
