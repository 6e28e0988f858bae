import { createHash } from 'node:crypto';
import { messageOf } from '../errors.ts';
import { RETRIES, retry } from '../retry.ts';
import { DAY, type Duration, floorTo, type Instant, SECOND } from '../time.ts';
import { type RotationReport, reportElsewhere, reportPutOff, reportRotated, reportStuck } from './rotation-report.ts';
import type { Renewal, RotationTask } from './rotation-task.ts';
import type { AttemptNote, BadEnd, SecretState } from './secret-state.ts';

/** Longest wait for an answer of the vendor. */
export const ASK_TIMEOUT: Duration = 30 * SECOND;
/** Longest wait for one write of the secret. */
export const STORE_TIMEOUT: Duration = 10 * SECOND;
/** Time of the invocation that is reserved for its report. */
const MARGIN: Duration = 3 * SECOND;

/** Exchanges the credential. The order is what makes a crash harmless: write the note, ask once, store. */
export async function exchange(task: RotationTask, look: SecretState, due: Instant): Promise<RotationReport> {
  const { effects, source, connection } = task;
  const { version } = look.current;
  const at = effects.now();
  const note: AttemptNote = { attempt: effects.newId(), connection: `${source.id}/${connection.id}`, of: version, at };
  // Invocations of the same day write notes with the same id: the first one wins, and the content shows whose it is.
  const noteId = idOf(`attempt of ${version} on ${floorTo(at, DAY)}`);
  if (!(await claim(task, noteId, note, look))) return reportElsewhere(task);
  const renewal = await effects.renew(ASK_TIMEOUT).catch(() => undefined);
  if (renewal?.obtained) {
    return (await store(task, idOf(`result of ${note.attempt}`)))
      ? reportRotated(task, look, at, renewal.validUntil)
      : await fail(task, look, note, { how: 'not-stored' });
  }
  if (renewal?.status === 429 && (await isTakenBack(task, noteId))) {
    return reportPutOff(task, look, due, 'the vendor is busy (429)');
  }
  return await fail(task, look, note, badEndOf(task, renewal));
}

/** Writes the note. Then the secret is read once more: false if somebody else has changed it or begun an attempt of their own. */
async function claim(task: RotationTask, id: string, note: AttemptNote, before: SecretState): Promise<boolean> {
  const { effects } = task;
  let isWritten = false;
  try {
    if ((await effects.note(id, note)) === 'taken') return false;
    isWritten = true;
    const { current, pending } = await effects.look();
    // The state may be old: only what is new in it counts.
    const isOther = pending !== undefined && pending.version !== id && pending.version !== before.pending?.version;
    if (current.version === before.current.version && !isOther) return true;
  } catch (thrown) {
    // The vendor has not been asked: our note is removed if it is there. Another note with the same id has to stay.
    const isOurs = isWritten || (await effects.look()).pending?.note?.attempt === note.attempt;
    if (isOurs) await effects.takeBack(id);
    throw thrown;
  }
  await effects.takeBack(id);
  return false;
}

/** Stores the new credential. It exists nowhere else, so this is retried as long as there is time. */
async function store({ effects, connection }: RotationTask, id: string): Promise<boolean> {
  const until = effects.now() + effects.remainingTime() - MARGIN;
  if (effects.now() >= until) return false;
  const attempt = async () => {
    try {
      await effects.store(id, Math.min(STORE_TIMEOUT, until - effects.now()));
      return true;
    } catch (thrown) {
      effects.log(
        'warn',
        `The new credential could not be stored in secret ${connection.secret}: ${messageOf(thrown)}`,
      );
      throw thrown;
    }
  };
  // Only the end of the invocation may stop this.
  const host = { ...effects, stopping: () => false };
  return await retry(host, RETRIES.newCredential, until, attempt).catch(() => false);
}

async function isTakenBack({ effects }: RotationTask, noteId: string): Promise<boolean> {
  try {
    await effects.takeBack(noteId);
    return true;
  } catch {
    return false;
  }
}

function badEndOf({ rotation }: RotationTask, renewal: Renewal | undefined): BadEnd {
  if (!renewal) return { how: 'lost' };
  const { status } = renewal;
  if (status === 429) return { how: 'throttled', status };
  if (rotation.refusals[status]) return { how: 'refused', status };
  return { how: status >= 200 && status < 300 ? 'unreadable' : 'failed', status };
}

/** Notes the failure of the attempt, if possible, so that later invocations can report it. */
async function fail(task: RotationTask, look: SecretState, begun: AttemptNote, ended: BadEnd): Promise<RotationReport> {
  const note = { ...begun, ended };
  const version = idOf(`end of ${begun.attempt}`);
  await task.effects.note(version, note).catch((thrown: unknown) => {
    task.effects.log('warn', `The end of the attempt could not be noted: ${messageOf(thrown)}`);
  });
  return reportStuck(task, look, { version, note });
}

/** Returns an id in the form that Secrets Manager takes for versions: the same text has the same id. */
export function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
