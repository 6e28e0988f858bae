// What Firehose accepts as an answer: https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html

/** Maximum size of an answer's body. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** An answer as far as it was read. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** Undefined if it is too large. */
  readonly body: string | undefined;
}

/** What an answer means. Undefined: the records are taken. */
export interface Refusal {
  readonly isFinal: boolean;
  readonly code: string;
  readonly message: string;
}

/** The only status with which Firehose does not try again. */
const TOO_LARGE = 413;
const FIELDS = ['requestId', 'timestamp', 'errorMessage'];

export function judgeAnswer(answer: Answer, requestId: string): Refusal | undefined {
  const { status, body } = answer;
  if (body === undefined) return again('HttpEndpoint.ResponseTooLarge', `${status} with more than 1 MiB`);
  if (status !== 200) {
    const message = `${status}: ${errorMessage(body) ?? body}`;
    return { isFinal: status === TOO_LARGE, code: 'HttpEndpoint.DestinationException', message };
  }
  const wrong = wrongAnswer(answer, body, requestId);
  return wrong === undefined ? undefined : again('HttpEndpoint.InvalidResponseFromDestination', `200, but ${wrong}`);
}

/** What is wrong with an answer of status 200. Undefined if nothing is. */
function wrongAnswer({ contentType, contentEncoding }: Answer, body: string, requestId: string): string | undefined {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) return 'its content-type is not application/json';
  if (contentEncoding !== null) return 'it is encoded';
  const fields = fieldsOf(body);
  if (!fields) return 'its body is no JSON object';
  const unexpected = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unexpected !== undefined) return `its body has a field ${JSON.stringify(unexpected)}`;
  if (fields.requestId !== requestId) return 'its requestId is not that of the request';
  return typeof fields.timestamp === 'number' ? undefined : 'its timestamp is not a number';
}

function errorMessage(body: string): string | undefined {
  const message = fieldsOf(body)?.errorMessage;
  return typeof message === 'string' ? message : undefined;
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function again(code: string, message: string): Refusal {
  return { isFinal: false, code, message };
}
