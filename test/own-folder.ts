import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All temporary files of a run of the tests lie in one folder, which goes with the run, however its processes end. */
export default function ownFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
