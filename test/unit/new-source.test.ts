import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Asker } from '../../cli/init/asker.ts';
import { readSource } from '../../lib/plan/find-sources.ts';
import { findSimulator } from '../../simulators/find-simulator.ts';
import { type Answers, AUTHS, checkAnswers, PAGINGS, problemOfStream } from '../../tools/new-source/answers.ts';
import { askAnswers } from '../../tools/new-source/ask.ts';
import { render } from '../../tools/new-source/render.ts';
import { writeAll } from '../../tools/new-source/write.ts';
import { DECIDED, decidedLines, decisionsOf } from '../outside/vendors/decisions.ts';

const USUAL = { id: 'acme', name: 'Acme', stream: 'audit-events', auth: 'header', paging: 'link' } as const;
const ALL = Object.keys(AUTHS).flatMap((auth) =>
  Object.keys(PAGINGS).map((paging) => [auth, paging, { ...USUAL, auth, paging } as Answers] as const),
);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-new-source-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('the files of a new source', () => {
  test.each(ALL)('are whole for %s and %s', (_auth, _paging, answers) => {
    for (const [path, text] of render(answers, [])) {
      expect(path).not.toMatch(/ID|STREAM|\.txt$/);
      expect(text).not.toMatch(/\{\{\w|\/\/#/);
      if (path.endsWith('.json')) expect(() => JSON.parse(text)).not.toThrow();
    }
  });

  test('declare the words that others use, if there are any', () => {
    expect(render(USUAL, []).has('test/sources/acme/words.ts')).toBe(false);
    expect(render(USUAL, ['acme']).get('test/sources/acme/words.ts')).toContain("['acme']");
  });

  test.each(DECIDED.map((answers) => [answers.id, answers] as const))(
    'of %s take at most 150 lines of decisions, all in files that are there',
    (id, answers) => {
      const before = render(answers, []);
      const after = decisionsOf(id);

      expect([...after.keys()].filter((path) => !before.has(path))).toEqual([]);
      expect(decidedLines(before, after).length).toBeGreaterThan(20);
      expect(decidedLines(before, after).length).toBeLessThanOrEqual(150);
    },
  );

  test('are written all or not at all', async () => {
    const root = await temporaryFolder();
    const files = new Map([
      ['functions/sources/acme/source.ts', 'one'],
      ['functions/sources/acme/source.ts/impossible', 'two'],
    ]);

    await expect(writeAll(files, root)).rejects.toThrow();
    expect(await readdir(join(root, 'functions/sources'))).toEqual([]);
  });

  test('replace nothing that is there', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'simulators/acme'), { recursive: true });

    await expect(writeAll(render(USUAL, []), root)).rejects.toThrow('There is something already: simulators/acme.');
    expect(await readdir(root)).toEqual(['simulators']);
  });
});

describe('the answers', () => {
  test('have good defaults', () => {
    expect(checkAnswers({ id: 'acme' }, [])).toEqual(USUAL);
    expect(checkAnswers({ id: 'acme-cloud' }, []).name).toBe('Acme Cloud');
  });

  test.each([
    [{ id: 'acme' }, 'There is a source acme already.'],
    [{ id: 'user' }, '"user" is a field of every event'],
    [{ id: 'tidemark' }, 'a name that Tidemark uses itself'],
    [{ id: 'Acme' }, 'The id "Acme" does not fit'],
    [{ id: '../x' }, 'does not fit'],
    [{ id: 'a'.repeat(25) }, 'at most 24 characters'],
    [{ id: 'other', name: '' }, 'The name "" does not fit'],
    [{ id: 'other', name: "It's" }, 'does not fit'],
    [{ id: 'other', stream: 'map' }, 'a file has this name'],
    [{ id: 'other', stream: 'A' }, 'does not fit'],
    [{ id: 'other', auth: 'basic' }, '--auth is "basic".'],
    [{ id: 'other', paging: 'toString' }, '--paging is "toString".'],
  ])('%j are refused', (given, message) => {
    expect(() => checkAnswers(given, ['acme'])).toThrow(message);
  });

  test('are asked for on a terminal, with an id that is given', async () => {
    const asked: string[] = [];
    const asker = {
      line: async (question: string, usual = 'acme') => {
        asked.push(question);
        return usual;
      },
      one: async (question: string, [first]: readonly { value: string }[]) => {
        asked.push(question);
        return first?.value;
      },
    } as unknown as Asker;

    expect(await askAnswers(asker, 'acme', [])).toEqual(USUAL);
    expect(asked).toHaveLength(4);
    expect(await askAnswers(asker, 'acme', ['acme'])).toEqual(USUAL);
    expect(asked[4]).toContain('There is a source acme already. The id');
  });

  test('of a stream are no name of another file', () => {
    const files = [...render(USUAL, []).keys()].flatMap(
      (path) => /^functions\/sources\/acme\/(\w+)\.ts$/.exec(path)?.[1] ?? [],
    );

    for (const file of files) expect(problemOfStream(file)).toContain('a file has this name');
  });
});

describe('a folder of a vendor', () => {
  test.each([
    ['without source.ts', undefined, 'functions/sources/acme/source.ts is missing.'],
    ['that exports something else', 'export const acme = {};', 'exports no `source`'],
    ['with another id', "export const source = { id: 'other', streams: [] };", 'the id of the source is "other"'],
  ])('%s says what to do', async (_, text, message) => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'acme'));
    if (text !== undefined) await writeFile(join(root, 'acme/source.ts'), text);

    const reading = readSource('acme', pathToFileURL(`${root}/`));

    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toHaveProperty('remedy', expect.stringMatching(/\w+ \w+/));
  });

  test.each([
    ['without simulator.ts', undefined, 'simulators/acme/simulator.ts is missing. Write it, or remove simulators/acme'],
    ['that exports something else', 'export const acme = {};', 'exports no `simulator`. Write: export const simulator'],
    ['with another id', "export const simulator = { id: 'other', start() {} };", 'the id is "other". Give it the name'],
  ])('of simulators %s says what to do', async (_, text, message) => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'acme'));
    if (text !== undefined) await writeFile(join(root, 'acme/simulator.ts'), text);

    await expect(findSimulator('acme', pathToFileURL(`${root}/`))).rejects.toThrow(message);
  });
});
