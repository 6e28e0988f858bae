import { queryFiles } from './athena/files.ts';
import type { ContentInputs } from './content-inputs.ts';
import { elasticFiles } from './elastic/files.ts';
import { searchFiles } from './opensearch/files.ts';
import { APP_ID } from './splunk/app-conf.ts';
import { addOnFiles } from './splunk/files.ts';

/** Something that people import into a product. */
export interface ContentPackage {
  /** Its folder below `content/`, with files that are written by hand and files that are made. */
  readonly folder: string;
  /** The files that are made, by their paths in the folder. They are committed: `npm run generate` writes them. */
  made(inputs: ContentInputs): Readonly<Record<string, string>>;
  /** If set, the package is one archive whose only folder has this name. Otherwise it is the files. */
  readonly archive?: string;
}

export const PACKAGES: readonly ContentPackage[] = [
  { folder: `splunk/${APP_ID}`, made: addOnFiles, archive: APP_ID },
  { folder: 'elastic', made: elasticFiles },
  { folder: 'opensearch', made: searchFiles },
  { folder: 'athena', made: queryFiles },
];

/** The made files of all packages, by their paths in the repository. */
export function madeContent(inputs: ContentInputs): Record<string, string> {
  return Object.fromEntries(
    PACKAGES.flatMap(({ folder, made }) =>
      Object.entries(made(inputs)).map(([path, text]) => [`content/${folder}/${path}`, text]),
    ),
  );
}
