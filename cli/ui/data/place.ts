import type { Config } from '../../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../../functions/core/model.ts';
import type { ChosenFeed } from '../../../local/configuration.ts';
import type { FeedStatus } from '../../../local/runner.ts';
import type { Places } from '../../../local/world.ts';
import type { Opened } from '../../feeds/opened.ts';
import type { PlaceKind } from '../api-types.ts';

/** What the page is about: the feeds of a state directory or of a deployment, and ways to ask their functions. */
export interface Place {
  readonly kind: PlaceKind;
  /** Its name for a person. */
  readonly name: string;
  /** Where events are kept, or where it is deployed. */
  readonly detail: string;
  readonly config: Config;
  readonly sources: readonly Source[];
  readonly feeds: readonly ChosenFeed[];
  /** Undefined for a deployment. */
  readonly places?: Places;
  /** Functions that are asked how things are. They are others than those that work, so that no answer waits for work. */
  readonly looking: Opened;
  /** Functions that verify, backfill and redrive. */
  readonly working: Opened;
  /** What the feeds have done since the start. Undefined where somebody else runs them. */
  statuses?(): readonly FeedStatus[];
  /** Whether the program beside us is still there. Undefined where there is none. */
  isThere?(): Promise<boolean>;
  close(): Promise<void>;
}

/** The source of a feed, for texts. */
export function titleOf({ sources }: Pick<Place, 'sources'>, source: string): string {
  return sources.find(({ id }) => id === source)?.title ?? source;
}
