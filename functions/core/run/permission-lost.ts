import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Sending } from '../delivery/sending.ts';
import type { SelfEvent } from '../events/self-events.ts';
import type { AnyFeed } from '../model.ts';
import type { FeedContext, LeasedRun } from './feed-context.ts';
import type { RunOutcome } from './outcome.ts';
import { startSending } from './start-sending.ts';

const PERMISSION_ERRORS = new Set(['forbidden', 'scope-shrank']);

/**
 * Sends an event when the credentials have lost a permission. It is sent once per loss: its id is made from the time of the
 * feed's last success. Alarms report it as long as the permission is missing.
 */
export async function reportPermissionLost(
  context: FeedContext<AnyFeed>,
  run: LeasedRun,
  { error }: Pick<RunOutcome, 'error'>,
): Promise<void> {
  const { item } = run.lease;
  if (!error || !PERMISSION_ERRORS.has(error.code)) return;
  const since = item.lastSuccess ?? item.floor;
  await trySelfEvent(startSending(context, run), { act: 'permission-lost', since, message: error.message });
}

/** Sends an event of our own. A failure is logged, since it must not stop anything else. */
async function trySelfEvent(sending: Sending, event: SelfEvent): Promise<void> {
  try {
    await sendSelfEvent(sending, event);
  } catch (thrown) {
    sending.effects.log('warn', `The event ${event.act} could not be sent to the SIEM.`, {
      feed: sending.feed.name,
      error: String(thrown),
    });
  }
}
