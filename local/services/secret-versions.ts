import { readFileSync } from 'node:fs';
import { writePrivate } from './private-file.ts';

/** A version of a secret. */
export interface Version {
  readonly id: string;
  /** A digest of the value. */
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  stages: readonly string[];
  /** The value. The current version's is in the file of secrets; a version without labels has none any more. */
  text?: string;
}

/** Maximum number of versions; AWS keeps as many. */
const MOST_VERSIONS = 100;

/** The versions of secrets, in a file beside them. It holds pending and previous values, so only the owner may read it. */
export function versionsBeside(secretsFile: string) {
  const file = `${secretsFile.replace(/\.json$/, '')}.versions.json`;
  const readAll = (): Record<string, Version[]> => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Version[]>;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new Error(`The file ${file} cannot be read: take it away, and all versions but the current ones are gone.`);
    }
  };
  return {
    read: (name: string): Version[] => readAll()[name] ?? [],
    write(name: string, versions: readonly Version[]): void {
      const kept = versions.slice(-MOST_VERSIONS).map(({ text, ...version }) => {
        const isElsewhere = version.stages.length === 0 || version.stages.includes('AWSCURRENT');
        return isElsewhere || text === undefined ? version : { ...version, text };
      });
      writePrivate(file, JSON.stringify({ ...readAll(), [name]: kept }));
    },
  };
}
