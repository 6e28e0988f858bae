import { TidemarkError } from '../errors.ts';
import type { Answer, Connection, Visibility } from '../model.ts';
import type { ConnectionStore } from '../state/connection-store.ts';
import { HOUR, SECOND } from '../time.ts';
import { type Asker, ask } from './ask.ts';
import { Pacer } from './pacer.ts';
import { Endpoint } from './pause.ts';

/** Interval of the checks. */
const MAX_AGE = HOUR;
/** A run can do without the answer: one short attempt. */
const PATIENCE = { attempts: 1, timeout: 5 * SECOND } as const;

/** The result of the check of what the credentials may see. */
export interface VisibilityReport {
  readonly warnings: readonly string[];
  /** The warning to give if the log itself looks as if the credentials saw little. Undefined if the vendor has answered. */
  readonly singleActorWarning?: string;
}

/** The connection that is checked, and its stored state. */
interface Circumstances {
  readonly connection: Connection;
  readonly store: ConnectionStore;
  readonly secretVersion: string;
}

/** Asks what the credentials may see: every hour, and after the secret has changed. A failure to find out stops no feed. */
export async function checkVisibility(asker: Asker, circumstances: Circumstances): Promise<VisibilityReport> {
  const { effects, source } = asker;
  const { connection, store, secretVersion } = circumstances;
  const { visibility } = source;
  if (!visibility) return { warnings: [] };
  const now = effects.now();
  const last = store.state.visibility;
  const current = last?.secretVersion === secretVersion && now < last.at + MAX_AGE;
  const answer = current ? undefined : await look(visibility, connection, asker);
  const seen = answer ?? last?.seen;
  const { warning, shrank } = seen === undefined ? {} : visibility.compare(seen, last?.seen);
  if (warning) effects.count('NarrowSight', 1);
  if (shrank) throw scopeShrank(shrank);
  // A failed attempt is stored, too: what cannot be seen now is not asked for in every run.
  if (!current) store.note((state) => ({ ...state, visibility: { at: now, secretVersion, seen } }));
  const { singleActorWarning } = visibility;
  return {
    warnings: warning ? [warning] : [],
    ...(seen === undefined && singleActorWarning !== undefined && { singleActorWarning }),
  };
}

/** Returns what the credentials may see, or undefined if that could not be found out. */
async function look(visibility: Visibility, connection: Connection, asker: Asker): Promise<unknown> {
  const { effects, pacer, access } = asker;
  // A pacer of its own: what it learns of the quota must not keep this run from the one request that brings rows.
  const apart = { ...asker, pacer: new Pacer(pacer), endpoint: new Endpoint(), patience: PATIENCE };
  try {
    return await askVisibility(visibility, connection, apart);
  } catch (thrown) {
    if (effects.stopping()) throw thrown;
    if (access?.failure !== undefined) throw thrown;
    // The quota of the account is used up.
    if (apart.pacer.throttled) pacer.hold(apart.pacer.until, apart.pacer.why);
    effects.log('debug', 'The check of what the credentials may see failed; the feeds run without it.', {
      error: String(thrown),
    });
    return undefined;
  }
}

/** Asks what the credentials may see. Returns undefined if the answers do not tell. */
export async function askVisibility(visibility: Visibility, connection: Connection, asker: Asker): Promise<unknown> {
  const answers: Answer[] = [];
  for (let request = visibility.first(connection); ; ) {
    // Without the first answer nothing is known; a refusal of a later question is a part of the answer.
    answers.push(await ask({ ...asker, acceptsRefusal: answers.length > 0 }, request));
    const step = visibility.read(answers, connection);
    if ('seen' in step) return step.seen;
    request = step.next;
  }
}

function scopeShrank(message: string): TidemarkError {
  return new TidemarkError({
    code: 'scope-shrank',
    stage: 'receiving',
    message,
    remedy:
      'Restore what the credentials could see: the watermark waits from now on. Then tidemark verify --repair delivers what they did not see in the hour before (docs/runbook.md, refused).',
  });
}
