import { parseConnection } from '../../functions/core/config/connection.ts';
import { parseConfig } from '../../functions/core/config/tidemark-config.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { TidemarkError, UnreadableError } from '../../functions/core/errors.ts';
import { recordHash } from '../../functions/core/events/identity.ts';
import { inParts } from '../../functions/core/events/in-parts.ts';
import { jsonRows } from '../../functions/core/events/json/json-rows.ts';
import { largeJsonRows } from '../../functions/core/events/json/large-json-rows.ts';
import { readInput } from '../../functions/core/invocation/invocation-input.ts';
import { type Answer, OCSF_VERSIONS, type Row, type Source } from '../../functions/core/model.ts';
import { formatInstant, parseInstant } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { FORMATS } from '../../functions/formats/formats.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { type GoldenCase, goldenCases, rowEvents, snapshotCases } from '../../tools/golden.ts';
import { ecsComplaints } from '../ecs-reader.ts';
import { readCef } from '../formats/cef/cef-reader.ts';
import { readHec } from '../formats/hec-reader.ts';
import { ocsfLineComplaints } from '../formats/ocsf/ocsf-reader.ts';
import type { Dice } from './dice.ts';

/** Something that takes texts from outside. It throws when a promise is broken; what it was given comes with that. */
export interface Target {
  readonly name: string;
  make(dice: Dice): string;
  check(text: string): void;
}

const JSON_HEADERS = { 'content-type': 'application/json' };
const AT = parseInstant('2026-01-10T10:00:00Z') as number;

/** All of them, found by their folders like everything else. */
export async function findTargets(): Promise<Target[]> {
  const sources = await findSources();
  return [
    ...sources.flatMap((source) => goldenCases(source).map(streamTarget)),
    ...sources.flatMap((source) => snapshotTargets(source)),
    ...sources.map(orderTarget),
    configTarget(sources),
    rowsTarget(),
    timeTarget(),
  ];
}

/** An answer of an event stream: read, told apart, mapped, and written in every format. */
function streamTarget(golden: GoldenCase): Target {
  const { feed, answer, headers } = golden;
  return {
    name: `${feed.source.id} ${golden.name}`,
    make: (dice) => dice.mutate(answer),
    check: (text) => {
      const asked = feed.stream.first({ from: AT, to: AT }, feed.connection);
      const given: Answer = { status: 200, headers, text };
      const page = onlyThrows(UnreadableError, () => feed.stream.read(given, asked));
      if (!page) return;
      const rows = page.rows.slice(0, 20);
      for (const row of rows) checkIdentity(row);
      // The engine takes an exception of a mapping for a pipeline_error, as rowEvents does.
      for (const event of rowEvents(feed, rows)) checkEvent(event);
    },
  };
}

/** Answers about how things are: whatever can be read can be taken apart into things. */
function snapshotTargets(source: Source): Target[] {
  return snapshotCases(source).map(({ name, feed, answers }) => ({
    name: `${source.id} ${name}`,
    make: (dice) => dice.mutate(answers[0]?.text ?? ''),
    check: (text) => {
      const { stream, connection } = feed;
      const page = onlyThrows(UnreadableError, () =>
        stream.read({ status: 200, headers: JSON_HEADERS, text }, stream.first(connection), connection),
      );
      for (const row of page?.rows ?? []) onlyThrows(UnreadableError, () => stream.items(row));
    },
  }));
}

function orderTarget(source: Source): Target {
  const connection = { id: 'acme', source: source.id, origin: 'https://acme.example' };
  const order = {
    act: 'verify',
    connection,
    streams: [source.streams[0]?.name],
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-02T00:00:00Z',
  };
  return {
    name: `${source.id} order`,
    make: (dice) => dice.mutate(JSON.stringify(order)),
    check: (text) => {
      const value = parsed(text);
      if (value !== undefined) onlyThrows(TidemarkError, () => readInput(source, value));
      if (value !== undefined) onlyThrows(TidemarkError, () => parseConnection(source, value));
    },
  };
}

function configTarget(sources: readonly Source[]): Target {
  const config = {
    connections: sources.map(({ id }) => ({ id: 'acme', source: id, origin: 'https://acme.example' })),
    destinations: [{ id: 'lake', type: 's3', format: 'ecs' }],
  };
  return {
    name: 'tidemark.json',
    make: (dice) => dice.mutate(JSON.stringify(config)),
    check: (text) =>
      void onlyThrows(TidemarkError, () => parseConfig(text, 'tidemark.json', sources, DESTINATION_TYPES)),
  };
}

/** Two readers of the same: what one of them reads, the other one does. */
function rowsTarget(): Target {
  return {
    name: 'rows of JSON',
    make: (dice) =>
      dice.mutate('{"total":2,"rows":[{"a":1,"b":[1,2,{"c":"d\\n"}]},{"a":2.50,"e":null},"text",3],"next":"n"}'),
    check: (text) => {
      const answer: Answer = { status: 200, headers: JSON_HEADERS, text };
      const [small, large] = [jsonRows, largeJsonRows].map((read) => {
        const page = onlyThrows(UnreadableError, () => read(answer, 'rows'));
        return page && [...page.rows].map((row) => row.text);
      });
      if (JSON.stringify(small) !== JSON.stringify(large))
        throw new Error(`${JSON.stringify(small)} and ${JSON.stringify(large)}`);
    },
  };
}

function timeTarget(): Target {
  return {
    name: 'times',
    make: (dice) =>
      dice.mutate(dice.pick(['2026-01-10T09:58:31Z', '2026-12-31T23:59:60.123456789+05:30', '1970-01-01 00:00:00,5'])),
    check: (text) => {
      const instant = parseInstant(text);
      if (instant === undefined) return;
      if (parseInstant(formatInstant(instant, 'us')) !== instant) throw new Error(`${instant} does not come back`);
    },
  };
}

/** Key order says nothing, and asking twice changes nothing. */
function checkIdentity(row: Row): void {
  const { value, text } = row;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const turned = { value: Object.fromEntries(Object.entries(value).reverse()), text };
  if (recordHash(row) !== recordHash(turned)) throw new Error('the order of keys changes the identity');
}

/** Every format's line is one line that its reader takes, small enough, whole or in parts. */
function checkEvent(event: EcsEvent): void {
  const line = (shape: Parameters<typeof writeEvent>[0]) => {
    const { text } = writeEvent(shape, event);
    if (/[\r\n]/.test(text)) throw new Error(`${shape.format}: more than one line`);
    if (Buffer.byteLength(text) > 1_000_000) throw new Error(`${shape.format}: ${Buffer.byteLength(text)} bytes`);
    return text;
  };
  const complaints = ecsComplaints(JSON.parse(line({ format: 'ecs' })) as EcsEvent);
  if (complaints.length > 0) throw new Error(`ecs: ${complaints[0]}`);
  for (const cefVersion of [0, 1] as const) readCef(line({ format: 'cef', cefVersion }));
  for (const ocsfVersion of OCSF_VERSIONS) {
    const wrong = ocsfLineComplaints(line({ format: 'ocsf', ocsfVersion }), ocsfVersion);
    if (wrong.length > 0) throw new Error(`ocsf ${ocsfVersion}: ${wrong[0]}`);
  }
  for (const format of FORMATS)
    if (readHec(line({ format, hec: {} })).length !== 1) throw new Error(`hec of ${format}`);
  const whole = [...inParts(event)].map((part) => part.event.original).join('');
  if (whole !== (event.event.original ?? JSON.stringify(event))) throw new Error('its parts are not the whole');
}

function onlyThrows<T>(kind: new (...args: never[]) => Error, work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof kind) return undefined;
    throw thrown;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
