import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a server has answered. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request with exactly these headers, as no fetch would let one. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
  return await new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    asking.once('error', reject);
    asking.end(body);
  });
}

/** A browser that has opened the address of the page: it has the cookie. */
export interface Browser {
  readonly origin: string;
  readonly cookie: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  /** The states that the page is told, from now on, until one fits. */
  waitFor<State>(fits: (state: State) => boolean): Promise<State>;
}

export async function openAddress(address: string): Promise<Browser> {
  const { origin, pathname } = new URL(address);
  const base = `${origin}${pathname.slice(0, -1)}`;
  const { status, headers } = await ask(address);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  if (status !== 303 || cookie === '') throw new Error(`The address was answered with ${status}.`);
  const parsed = async (asked: Promise<Answered>) => {
    const { status, body } = await asked;
    if (status !== 200) throw new Error(`${status} ${body}`);
    return JSON.parse(body);
  };
  return {
    origin,
    cookie,
    get: (path) => parsed(ask(`${base}${path}`, { headers: { cookie } })),
    post: (path, body) =>
      parsed(
        ask(`${base}${path}`, {
          method: 'POST',
          headers: { cookie, origin, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    waitFor: (fits) => followUntil(`${base}/api/live`, cookie, fits),
  };
}

async function followUntil<State>(url: string, cookie: string, fits: (state: State) => boolean): Promise<State> {
  return await new Promise((resolve, reject) => {
    const asking = request(url, { headers: { cookie }, agent: false }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const messages = `${rest}${chunk}`.split('\n\n');
        rest = messages.pop() ?? '';
        for (const message of messages) {
          if (!message.startsWith('data: ')) continue;
          const state = JSON.parse(message.slice('data: '.length)) as State;
          if (!fits(state)) continue;
          asking.destroy();
          return resolve(state);
        }
      });
      response.once('end', () => reject(new Error('The stream has ended.')));
    });
    asking.once('error', reject).end();
  });
}
