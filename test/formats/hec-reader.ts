/** An event as Splunk's HTTP Event Collector takes it. */
export interface HecEvent {
  readonly time: number;
  readonly host: string;
  readonly source: string;
  readonly sourcetype: string;
  readonly index?: string;
  readonly fields: Readonly<Record<string, string | string[]>>;
  readonly event: object | string;
}

const KEYS = new Set(['time', 'host', 'source', 'sourcetype', 'index', 'fields', 'event']);

/** Splunk's own answer, by its code. */
export class HecRefusal extends Error {
  readonly code: number;
  constructor(code: number, text: string) {
    super(`${text} (code ${code})`);
    this.code = code;
  }
}

/**
 * Reads what was sent to the event endpoint, as strictly as Splunk does: whole JSON objects, one after the other, with nothing
 * needed in between, each with an event that is not blank; one that is wrong refuses the whole request.
 */
export function readHec(body: string): HecEvent[] {
  const texts = splitObjects(body);
  if (texts.length === 0) throw new HecRefusal(5, 'No data');
  return texts.map(readOne);
}

function readOne(text: string): HecEvent {
  // What JavaScript accepts and other readers do not: half a surrogate pair.
  if (!text.isWellFormed()) throw new HecRefusal(6, 'Invalid data format: not UTF-8');
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text, (_key, item: unknown) => {
      if (typeof item === 'string' && !item.isWellFormed()) throw new Error('half a surrogate pair');
      return item;
    }) as Record<string, unknown>;
  } catch (thrown) {
    throw new HecRefusal(6, `Invalid data format: ${(thrown as Error).message}`);
  }
  const unknown = Object.keys(value).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw new HecRefusal(6, `Invalid data format: ${unknown}`);
  const { time, host, source, sourcetype, fields, event } = value;
  if (event === undefined) throw new HecRefusal(12, 'Event field is required');
  if (event === null || (typeof event === 'string' && event.trim() === ''))
    throw new HecRefusal(13, 'Event field cannot be blank');
  if (typeof event === 'object' && Object.keys(event).length === 0)
    throw new HecRefusal(13, 'Event field cannot be blank');
  if (typeof event !== 'object' && typeof event !== 'string') throw new HecRefusal(6, 'Invalid data format: event');
  if (typeof time !== 'number' || !(time >= 0)) throw new HecRefusal(6, 'Invalid data format: time');
  for (const name of [host, source, sourcetype]) {
    if (typeof name !== 'string' || name === '')
      throw new HecRefusal(6, 'Invalid data format: host, source, sourcetype');
  }
  if ('index' in value && (typeof value.index !== 'string' || value.index === ''))
    throw new HecRefusal(7, 'Incorrect index');
  checkFields(fields);
  return value as unknown as HecEvent;
}

function checkFields(fields: unknown): void {
  const flat =
    typeof fields === 'object' &&
    fields !== null &&
    Object.values(fields).every(
      (field) => typeof field === 'string' || (Array.isArray(field) && field.every((item) => typeof item === 'string')),
    );
  if (!flat) throw new HecRefusal(15, 'Error in handling indexed fields');
}

/** Cuts a body into its top-level JSON objects. */
function splitObjects(body: string): string[] {
  const texts: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let at = 0; at < body.length; at++) {
    const char = body[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"' && depth > 0) inString = true;
    else if (char === '{') {
      if (depth++ === 0) start = at;
    } else if (char === '}') {
      if (--depth === 0) texts.push(body.slice(start, at + 1));
    } else if (depth === 0 && char !== undefined && !/\s/.test(char)) throw new HecRefusal(6, 'Invalid data format');
  }
  if (depth !== 0) throw new HecRefusal(6, 'Invalid data format: cut off');
  return texts;
}
