import { Deliveries } from '../delivery/deliveries.ts';
import type { Writer } from '../delivery/event-writer.ts';
import { Outgoing } from '../delivery/outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Effects } from '../effects.ts';
import type { SelfEvent } from '../events/self-events.ts';
import { type AnyFeed, type Destination, isSnapshot, type Source } from '../model.ts';
import { idsOf, Seen } from '../state/seen.ts';
import { emptyTally } from '../stored/tally.ts';
import { SECOND } from '../time.ts';

/** Keys of one feed's own events: few. */
const MAX_SEEN_KEYS = 10_000;

/** Inputs of telling the SIEM. */
interface Telling {
  readonly effects: Effects;
  readonly source: Source;
  readonly destinations: readonly Destination[];
  readonly write: Writer;
  /** Random, one per invocation. */
  readonly owner: string;
}

/** Tells the SIEM what a census has found of a feed. Returns false if that failed: it must not stop the census. */
export async function tellFinding(
  telling: Telling,
  { connection, stream }: { readonly connection: string; readonly stream: string },
  act: SelfEvent,
): Promise<boolean> {
  const { effects, source, destinations, write, owner } = telling;
  const feed = feedOf(source, stream, connection);
  const endBy = effects.now() + effects.remainingTime() - SECOND;
  const { name } = feed;
  const seen = new Seen(effects, { place: name, destinations: idsOf(destinations), maxKeys: MAX_SEEN_KEYS });
  const run = `${act.act}-${owner.slice(0, 8)}`;
  const outgoing = new Outgoing({ effects, feed: name, place: name, destinations, seen, write, run });
  const deliveries = new Deliveries((chunks) => outgoing.remember(chunks, endBy));
  const sending = { effects, feed, endBy, destinations, tally: emptyTally(), seen, outgoing, deliveries };
  try {
    await sendSelfEvent(sending, act);
    return true;
  } catch (thrown) {
    effects.log('warn', `The event ${act.act} could not be sent to the SIEM.`, { feed: name, error: String(thrown) });
    return false;
  }
}

/** The feed, as far as it can be known without its configuration. */
function feedOf(source: Source, name: string, id: string): AnyFeed {
  const known = source.streams.find((stream) => stream.name === name) ?? source.streams[0];
  if (!known) throw new Error(`${source.id} has no streams`);
  const connection = { id, source: source.id, origin: source.origin ?? '', secret: '', settings: {} };
  const common = { name: `${source.id}/${name}/${id}`, source, connection };
  if (isSnapshot(known)) return { ...common, stream: { ...known, name } };
  return { ...common, stream: { ...known, name }, settle: known.settle, overlap: known.overlap };
}
