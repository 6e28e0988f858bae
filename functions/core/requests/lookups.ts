import { OutOfTimeError, TidemarkError } from '../errors.ts';
import type { Answer, Connection, Lookup, Source } from '../model.ts';
import type { ConnectionStore } from '../state/connection-store.ts';
import { HOUR, SECOND } from '../time.ts';
import { type Asker, ask } from './ask.ts';
import { Pacer } from './pacer.ts';

/** What can be done without gets one short try, and another one an hour later. */
const PATIENCE = { attempts: 1, timeout: 5 * SECOND } as const;
const RETRY = HOUR;
/** All of them together get no more than this share of the time. */
const SPARE_SHARE = 0.25;
/** An item of the table has 400 KB, and holds more than one answer. */
const MOST_BYTES = 120_000;

/** Finds out what the source wants to know of a connection beside its feeds: from what was found before, else by asking. */
export async function lookUp(
  source: Source,
  connection: Connection,
  book: ConnectionStore,
  secretVersion: string,
  asker: Asker,
): Promise<Connection> {
  const { effects } = asker;
  const spare = spareAsker(asker);
  let known = connection;
  for (const lookup of source.lookups ?? []) {
    if (!lookup.wanted(known)) continue;
    const { name } = lookup;
    const last = book.state.found?.[name];
    const now = effects.now();
    let json = last?.json;
    const needed = lookup.remedy !== undefined && json === undefined;
    const old = !last || last.secretVersion !== secretVersion || now >= last.at + lookup.age;
    // What there was no time for is the next run's.
    if (old && (needed || now < spare.stopAt)) {
      const found = needed ? await mustFind(lookup, source, known, asker) : await mayFind(lookup, known, spare, asker);
      const news = found === undefined ? { at: now + RETRY - lookup.age } : { at: now, json: found };
      // Another invocation may have found out meanwhile what we could not.
      book.note((state) => ({
        ...state,
        found: { ...state.found, [name]: { ...state.found?.[name], ...news, secretVersion } },
      }));
      json = found ?? json;
    }
    if (json !== undefined) known = { ...known, found: { ...known.found, [name]: JSON.parse(json) } };
  }
  return known;
}

/** Asks for what can be done without. What it learns of the quota must not keep this run from its one request that brings rows. */
function spareAsker(asker: Asker): Asker {
  const now = asker.effects.now();
  const stopAt = now + Math.max(0, asker.stopAt - now) * SPARE_SHARE;
  return { ...asker, pacer: new Pacer(asker.pacer), patience: PATIENCE, optional: true, stopAt };
}

/** What no feed can do without. */
async function mustFind(lookup: Lookup, source: Source, connection: Connection, asker: Asker): Promise<string> {
  try {
    return await findOut(lookup, connection, asker);
  } catch (thrown) {
    throw required(lookup, source, thrown);
  }
}

/** None when it could not be had: then an older answer will do, or none. */
async function mayFind(
  lookup: Lookup,
  connection: Connection,
  spare: Asker,
  { pacer, session, stopAt }: Asker,
): Promise<string | undefined> {
  const { effects } = spare;
  try {
    const found = await findOut(lookup, connection, spare);
    if (Buffer.byteLength(found) <= MOST_BYTES) return found;
    effects.log('warn', `${lookup.name}: the answer is too large to be kept; the feeds go on without it.`);
  } catch (thrown) {
    // Without a session, or without time, no feed can ask either.
    if (session?.failure !== undefined) throw thrown;
    if (thrown instanceof OutOfTimeError && (effects.stopping() || effects.now() >= stopAt)) throw thrown;
    effects.log('debug', `${lookup.name} could not be found out; the feeds go on.`, { error: String(thrown) });
  }
  // A vendor that wants to be left alone means all of us.
  if (spare.pacer.throttled) pacer.hold(spare.pacer.until, spare.pacer.why);
  return undefined;
}

/** The answer as JSON. */
async function findOut(lookup: Lookup, connection: Connection, asker: Asker): Promise<string> {
  const answers: Answer[] = [];
  for (let request = lookup.first(connection); ; ) {
    answers.push(await ask(asker, request));
    const step = lookup.read(answers, connection);
    if ('found' in step) return JSON.stringify(step.found ?? null);
    request = step.next;
  }
}

/** Says what to do about it: the lookup knows. */
function required(lookup: Lookup, source: Source, thrown: unknown): unknown {
  if (!(thrown instanceof TidemarkError) || thrown.code === 'refused') return thrown;
  const { remedy = '' } = lookup;
  return new TidemarkError({
    code: thrown.code === 'forbidden' ? 'request' : thrown.code,
    stage: 'receiving',
    message: `${source.title} does not tell the ${lookup.name}: ${thrown.message}`,
    remedy: thrown.code === 'failing' ? `${thrown.remedy} ${remedy}` : remedy,
    cause: thrown,
  });
}
