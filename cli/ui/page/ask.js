// Questions to the server of the page. The browser adds the cookie.

/** An error that says what to do. */
export class AskError extends Error {
  /**
   * @param {string} message
   * @param {string} remedy
   */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * @template T
 * @param {string} path
 * @param {Record<string, string | number>} [query]
 * @returns {Promise<T>}
 */
export async function ask(path, query = {}) {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return await answerOf(fetch(`api/${path}?${search}`));
}

/**
 * @template T
 * @param {string} path
 * @param {object} body
 * @returns {Promise<T>}
 */
export async function send(path, body) {
  const headers = { 'content-type': 'application/json' };
  return await answerOf(fetch(`api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/**
 * @param {Promise<Response>} asked
 */
async function answerOf(asked) {
  const answer = await asked.catch(() => {
    throw new AskError('tidemark does not answer.', 'It has ended, or is about to start again.');
  });
  const value = await answer.json();
  if (answer.ok) return value;
  const { message = `The answer was ${answer.status}.`, remedy = '' } = value.error ?? {};
  throw new AskError(message, remedy);
}

/**
 * Follows what is going on. The browser connects again by itself when the connection breaks.
 *
 * @param {(state: import('../api-types.ts').LiveState) => void} onState
 * @param {(isConnected: boolean) => void} onConnection
 * @returns {() => void} ends it
 */
export function follow(onState, onConnection) {
  const source = new EventSource('api/live');
  source.onopen = () => onConnection(true);
  source.onerror = () => onConnection(false);
  source.onmessage = ({ data }) => onState(JSON.parse(data));
  return () => source.close();
}
