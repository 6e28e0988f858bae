import { generateKeyPairSync } from 'node:crypto';
import { chmod, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkSet } from '../../../../cli/evidence/check-set.ts';
import { openLocalKey } from '../../../../cli/evidence/local-key.ts';
import { namesFor } from '../../../../cli/evidence/set-names.ts';
import { pemOf } from '../../../../cli/evidence/signer.ts';
import { makeFolder, writeSet } from '../../../../cli/evidence/write-set.ts';
import { documentOf } from './made-up.ts';

const NAMES = namesFor('2026-10');
let folder: string;
/** The evidence as it was made, and a copy that a test may change. */
let made: string;
let copy: string;
let kept: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-evidence-'));
  [made, copy, kept] = [join(folder, 'made'), join(folder, 'copy'), join(folder, 'kept.pem')];
  const signer = openLocalKey(folder);
  makeFolder(made);
  await writeSet(made, NAMES, documentOf({}), signer);
  await writeFile(kept, pemOf(signer.publicKey));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  await rm(copy, { recursive: true, force: true });
  await cp(made, copy, { recursive: true });
});

const part = (name: keyof typeof NAMES) => join(copy, NAMES[name]);

describe('what is whole', () => {
  test.each(Object.keys(NAMES) as (keyof typeof NAMES)[])(
    'is found by its %s, with and without a key',
    async (name) => {
      const own = await checkSet(part(name), undefined);
      const given = await checkSet(part(name), kept);

      expect([own.ok, own.keyIsGiven]).toEqual([true, false]);
      expect([given.ok, given.keyIsGiven]).toEqual([true, true]);
      expect(given.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  test('is found by its directory', async () => {
    expect(await checkSet(copy, kept)).toMatchObject({ ok: true });
  });
});

describe('tampering fails', () => {
  test.each(['json', 'html', 'manifest', 'signature'] as const)('with one digit or bit of the %s', async (name) => {
    const bytes = await readFile(part(name));
    const digits = [...bytes.keys()].filter((at) => /[0-9]/.test(String.fromCharCode(bytes[at] as number)));
    const places = name === 'signature' ? [...bytes.keys()] : digits;
    for (const at of [places[0], places[Math.floor(places.length / 2)], places.at(-1)] as number[]) {
      const changed = Buffer.from(bytes);
      // Another digit, or another byte of the signature.
      changed[at] = (bytes[at] as number) ^ 1;
      await writeFile(part(name), changed);

      expect((await checkSet(copy, kept)).ok, `${name} at ${at}`).toBe(false);
      expect((await checkSet(part('json'), undefined)).ok, `${name} at ${at}`).toBe(false);
    }
  });

  test.each(['json', 'html', 'manifest', 'signature', 'key'] as const)('without the %s', async (name) => {
    await rm(part(name));

    const { ok, parts } = await checkSet(part(name), undefined);

    expect(ok).toBe(false);
    expect(parts).toContainEqual({ name: NAMES[name], problem: 'it is not there' });
  });

  test('the key beside is not needed where one is given', async () => {
    await rm(part('key'));

    expect((await checkSet(copy, kept)).ok).toBe(true);
  });

  test('a set that was made anew with another key is whole by itself, and not with the kept key', async () => {
    const forger = await mkdtemp(join(folder, 'forger-'));
    await writeSet(copy, NAMES, documentOf({ days: [] }), openLocalKey(forger));

    const own = await checkSet(copy, undefined);

    expect([own.ok, own.keyIsGiven]).toEqual([true, false]);
    expect((await checkSet(copy, kept)).ok).toBe(false);
  });

  test.each([
    ['a third line', (text: string) => `${text}${'0'.repeat(64)}  other.json\n`],
    ['a path', (text: string) => text.replace(`  ${NAMES.json}`, `  ../${NAMES.json}`)],
    ['one file twice', (text: string) => `${text.split('\n')[0]}\n${text.split('\n')[0]}\n`],
    ['no end of the last line', (text: string) => text.trimEnd()],
  ])('a manifest with %s is not one, also with a right signature', async (_, change) => {
    const signer = openLocalKey(folder);
    const manifest = Buffer.from(change(await readFile(part('manifest'), 'utf8')));
    await writeFile(part('manifest'), manifest);
    await writeFile(part('signature'), await signer.sign(manifest));

    expect((await checkSet(copy, kept)).ok).toBe(false);
  });
});

describe('wrong use', () => {
  test.each([
    ['something else', () => join(folder, 'kept.pem'), undefined, /is not a file of an evidence/],
    ['nothing', () => join(folder, 'nowhere', NAMES.json), undefined, /is not a file of an evidence/],
    ['a directory without one', () => folder, undefined, /has no manifest/],
    ['a key that is not there', () => copy, () => join(folder, 'no.pem'), /--key .* cannot be read/],
    ['a private key', () => copy, () => join(folder, 'evidence-key.pem'), /is not a public key/],
    ['a text as a key', () => copy, () => join(made, NAMES.json), /is not a public key/],
  ])('%s is told, with what to do', async (_, file, key, message) => {
    await expect(checkSet(file(), key?.())).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/^Name/),
    });
  });

  test('a key of another curve is told', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const file = join(folder, 'p384.pem');
    await writeFile(file, pemOf(publicKey));

    await expect(checkSet(copy, file)).rejects.toThrow('P-256');
  });
});

describe('the directory of an evidence', () => {
  test('is made with those above it, and may be there already', async () => {
    const deep = join(folder, 'a', 'b', 'c');

    makeFolder(deep);
    makeFolder(deep);

    expect((await stat(deep)).isDirectory()).toBe(true);
  });

  // The first is refused as if its parent were missing, for which Node’s own way would try for ever.
  test.runIf(process.platform === 'linux').each(['/proc/evidence', '/proc/a/b'])(
    'is refused where it cannot be made: %s',
    (path) => {
      expect(() => makeFolder(path)).toThrow(`cannot be written to`);
    },
  );

  test('is refused where a file lies', () => {
    expect(() => makeFolder(join(kept, 'below'))).toThrow('cannot be written to');
  });
});

describe('the key of a state directory', () => {
  test('is made once, for its owner only, and stays', async () => {
    const state = await mkdtemp(join(folder, 'state-'));
    const [first, second] = [openLocalKey(state), openLocalKey(state)];

    expect(pemOf(first.publicKey)).toBe(pemOf(second.publicKey));
    expect((await stat(join(state, 'evidence-key.pem'))).mode & 0o777).toBe(0o600);
  });

  test.runIf(process.platform !== 'win32')('is not used if others can read it', async () => {
    const state = await mkdtemp(join(folder, 'state-'));
    openLocalKey(state);
    await chmod(join(state, 'evidence-key.pem'), 0o640);

    expect(() => openLocalKey(state)).toThrow('others than its owner may read it');
  });

  test('is not replaced if it is damaged', async () => {
    const state = await mkdtemp(join(folder, 'state-'));
    await writeFile(join(state, 'evidence-key.pem'), 'half a key', { mode: 0o600 });

    expect(() => openLocalKey(state)).toThrow('cannot be used');
    expect(await readFile(join(state, 'evidence-key.pem'), 'utf8')).toBe('half a key');
  });
});

test('a device in the place of a file, which would never end, is refused and not read', async () => {
  await rm(part('json'));
  await symlink('/dev/null', part('json'));
  await expect(checkSet(copy, kept)).rejects.toThrow('it is not a regular file');
});
