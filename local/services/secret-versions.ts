import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A version of a secret. */
export interface Version {
  readonly id: string;
  /** Stands for its value. */
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  stages: readonly string[];
  /** Of the current version it stands in the file of secrets; a version without labels has lost it. */
  text?: string;
}

/** As many as AWS keeps. */
const MOST_VERSIONS = 100;

/** What is known of the versions of secrets, in a file beside them. It holds values that are pending or previous, so it is nobody else's. */
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
      writeFileSync(`${file}.new`, JSON.stringify({ ...readAll(), [name]: kept }), { mode: 0o600, flush: true });
      renameSync(`${file}.new`, file);
    },
  };
}
