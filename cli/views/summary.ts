import { clean } from '../../functions/core/events/excerpt.ts';
import type { FeedStatus } from '../../local/runner.ts';
import { lagText } from './lag-text.ts';

/** What a run did. */
export interface Summary {
  readonly ok: boolean;
  readonly out: string;
  readonly feeds: readonly object[];
}

const BAD = new Set(['failed', 'refused']);

/** Whether no feed has failed or lacks events, and no connection lacks the permission for all that it should read. */
export function isWell(statuses: readonly FeedStatus[]): boolean {
  if (statuses.some(({ state, conditions }) => BAD.has(state) || conditions.length > 0)) return false;
  const connections = Map.groupBy(statuses, ({ source, connection }) => `${source}/${connection}`);
  return [...connections.values()].every((feeds) => feeds.some(({ state }) => state !== 'forbidden'));
}

/** The summary as one JSON object. */
export function summarize(statuses: readonly FeedStatus[], out: string): Summary {
  const feeds = statuses.map(({ source: _, connection: __, feed, state, lagSeconds, watermark, ...rest }) => ({
    feed,
    state,
    ...rest,
    watermark: watermark ?? null,
    lag: lagSeconds ?? null,
  }));
  return { ok: isWell(statuses), out, feeds };
}

/** The summary as text: one line for each feed, and for each that failed the reason and what to do. */
export function saySummary(statuses: readonly FeedStatus[], out: string, secrets: string): string {
  const lines = statuses.flatMap((status) => {
    const { lagSeconds = 0 } = status;
    const behind = `, ${lagText(lagSeconds)}${lagSeconds < 0 ? '' : ' behind'}`;
    const lag = status.lagSeconds === undefined ? '' : behind;
    const quarantined = status.quarantined > 0 ? `, ${status.quarantined} quarantined` : '';
    const counts = `${status.delivered} delivered, ${status.suppressed} known already, ${status.pages} pages, ${status.retries} retries`;
    return [
      `${status.feed}: ${status.state}; ${counts}${quarantined}${lag}`,
      ...(status.state === 'paused' && status.until
        ? [`  the vendor’s quota is used up: it goes on after ${status.until}`]
        : []),
      ...status.warnings.map((warning) => `  warning: ${warning}`),
      ...status.conditions.map((name) => `  events may be missing: see ${name} in docs/runbook.md`),
      ...(status.error?.code === 'secret'
        ? [`  on this machine secrets are in ${secrets}: { "<name>": <value>, ... }`]
        : []),
      ...(status.error
        ? [`  ${status.error.code}: ${status.error.message}`, `  what to do: ${status.error.remedy}`]
        : []),
    ];
  });
  return [...lines.map(clean), `Events: ${out}`].join('\n');
}
