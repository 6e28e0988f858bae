import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, platform, release } from 'node:os';
import { VERSION } from '../../functions/shell/version.ts';

/** Variables of the environment that change what Tidemark does. Their values may hold passwords: only the names are told. */
const VARIABLES = /^(TIDEMARK_|AWS_|HTTPS?_PROXY$|NO_PROXY$|https?_proxy$|no_proxy$|NODE_|NO_COLOR$|FORCE_COLOR$)/;

/** What this program is, and what it runs on. */
export async function describeMachine(): Promise<object> {
  return {
    tidemark: VERSION,
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    lockHash: await hashOf(new URL('../../package-lock.json', import.meta.url)),
    variables: Object.keys(process.env)
      .filter((name) => VARIABLES.test(name))
      .sort(),
  };
}

/** The SHA-256 of a file: two machines with the same one have the same dependencies. */
async function hashOf(file: URL): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash('sha256').update(bytes).digest('hex');
}
