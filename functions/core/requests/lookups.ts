import { OutOfTimeError, TidemarkError } from '../errors.ts';
import type { Answer, Connection, Lookup, Source } from '../model.ts';
import type { ConnectionStore } from '../state/connection-store.ts';
import { HOUR, SECOND } from '../time.ts';
import { type Asker, ask } from './ask.ts';
import { Pacer } from './pacer.ts';
import { Endpoint } from './pause.ts';

/** A lookup that the feeds can do without gets one short attempt, and another one an hour later. */
const PATIENCE = { attempts: 1, timeout: 5 * SECOND } as const;
const ASK_AGAIN_AFTER = HOUR;
/** Largest share of the run's time for all such lookups together. */
const SPARE_SHARE = 0.25;
/** Largest answer that is kept: an item of the table has 400 KB, and holds several answers. */
const MAX_BYTES = 120_000;

/** Inputs of the lookups of a connection. */
interface LookingUp {
  readonly source: Source;
  readonly store: ConnectionStore;
  readonly secretVersion: string;
  readonly asker: Asker;
}

/**
 * Returns the connection with all that the source wants to know about it besides its feeds: found earlier, or asked for now. Lookups
 * that do not wait for each other are made at the same time, where the connection allows several requests.
 */
export async function lookUp(lookingUp: LookingUp, connection: Connection): Promise<Connection> {
  const { source, asker } = lookingUp;
  const spare = spareAsker(asker);
  let known = connection;
  let left = source.lookups ?? [];
  for (;;) {
    const atOnce = Math.min(connection.requestsInFlight ?? 1, asker.pacer.room);
    const next = left.filter((lookup) => lookup.wanted(known)).slice(0, atOnce);
    if (next.length === 0) return known;
    left = left.filter((lookup) => !next.includes(lookup));
    const answers = await settled(next.map((lookup) => lookUpOne(lookingUp, lookup, known, spare)));
    const found = next.flatMap(({ name }, at) => (answers[at] === undefined ? [] : [[name, JSON.parse(answers[at])]]));
    if (found.length > 0) known = { ...known, found: { ...known.found, ...Object.fromEntries(found) } };
  }
}

/** Waits for all of them, also if one fails: a run that ends leaves no request on its way. */
async function settled<T>(all: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(all);
  return await Promise.all(all);
}

/** Returns the answer as JSON; undefined if there is none yet. */
async function lookUpOne(
  { source, store, secretVersion, asker }: LookingUp,
  lookup: Lookup,
  connection: Connection,
  spare: Asker,
): Promise<string | undefined> {
  const { name } = lookup;
  const last = store.state.found?.[name];
  const now = asker.effects.now();
  const isNeeded = lookup.remedy !== undefined && last?.json === undefined;
  const isOld = !last || last.secretVersion !== secretVersion || now >= last.at + lookup.age;
  // A lookup that there is no time for is left to the next run.
  if (!isOld || (!isNeeded && now >= spare.stopAt)) return last?.json;
  const json = isNeeded
    ? await requireAnswer(lookup, source, connection, asker)
    : await tryToFind(lookup, connection, spare, asker);
  const entry = json === undefined ? { at: now + ASK_AGAIN_AFTER - lookup.age } : { at: now, json };
  // Another invocation may meanwhile have found what we could not.
  store.note((state) => ({
    ...state,
    found: { ...state.found, [name]: { ...state.found?.[name], ...entry, secretVersion } },
  }));
  return json ?? last?.json;
}

/** The asker for optional lookups. It has a pacer of its own: what it learns of the quota must not keep this run from the request that brings rows. */
function spareAsker(asker: Asker): Asker {
  const now = asker.effects.now();
  const stopAt = now + Math.max(0, asker.stopAt - now) * SPARE_SHARE;
  const apart = { pacer: new Pacer(asker.pacer), endpoint: new Endpoint() };
  return { ...asker, ...apart, patience: PATIENCE, optional: true, stopAt };
}

/** Performs a lookup that the feeds need. */
async function requireAnswer(lookup: Lookup, source: Source, connection: Connection, asker: Asker): Promise<string> {
  try {
    return await findOut(lookup, connection, asker);
  } catch (thrown) {
    throw withRemedy(lookup, source, thrown);
  }
}

/** Performs an optional lookup. Returns undefined if it fails: then the feeds use an older answer, or none. */
async function tryToFind(
  lookup: Lookup,
  connection: Connection,
  spare: Asker,
  { pacer, access, stopAt }: Asker,
): Promise<string | undefined> {
  const { effects } = spare;
  try {
    const json = await findOut(lookup, connection, spare);
    if (Buffer.byteLength(json) <= MAX_BYTES) return json;
    effects.log('warn', `The answer of the lookup ${lookup.name} is too large to be stored; the feeds run without it.`);
  } catch (thrown) {
    // Without a session, or without time, no feed can ask either.
    if (access?.failure !== undefined) throw thrown;
    if (thrown instanceof OutOfTimeError && (effects.stopping() || effects.now() >= stopAt)) throw thrown;
    effects.log('debug', `The lookup ${lookup.name} failed; the feeds run without it.`, { error: String(thrown) });
  }
  // The quota of the account is used up.
  if (spare.pacer.throttled) pacer.hold(spare.pacer.until, spare.pacer.why);
  return undefined;
}

/** Asks page by page, and returns the answer as JSON. */
async function findOut(lookup: Lookup, connection: Connection, asker: Asker): Promise<string> {
  const answers: Answer[] = [];
  for (let request = lookup.first(connection); ; ) {
    answers.push(await ask(asker, request));
    const step = lookup.read(answers, connection);
    if ('found' in step) return JSON.stringify(step.found ?? null);
    request = step.next;
  }
}

/** Adds the lookup's own remedy to an error. */
function withRemedy(lookup: Lookup, source: Source, thrown: unknown): unknown {
  if (!(thrown instanceof TidemarkError) || thrown.code === 'refused') return thrown;
  const { remedy = '' } = lookup;
  return new TidemarkError({
    code: thrown.code === 'forbidden' ? 'request' : thrown.code,
    stage: 'receiving',
    message: `${source.title} did not provide the ${lookup.name}: ${thrown.message}`,
    remedy: thrown.code === 'failing' ? `${thrown.remedy} ${remedy}` : remedy,
    cause: thrown,
  });
}
