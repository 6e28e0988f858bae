import type { FunctionBundle } from '../../lib/code/bundle-function.ts';
import type { Part } from './licence-list.ts';
import { installedPackages, packagesIn, packagesInstalledWith } from './packages.ts';

/** What the page in the browser gets of others: cli/ui/server/assets.ts serves it. */
const SERVED = ['htm', 'preact', 'uplot'];

/** The packages in the code of a function. */
export function bundlePart({ name, metafile }: FunctionBundle): Part {
  return { title: `The function ${name}`, packages: packagesIn(metafile) };
}

/** The packages whose files are served to the browser. */
export function pagePart(): Part {
  return { title: 'The page', packages: installedPackages(SERVED.map((name) => `node_modules/${name}`)) };
}

/** The packages that are installed with Tidemark as a package. */
export function installedPart(): Part {
  return { title: 'Installed with the package', packages: packagesInstalledWith() };
}
