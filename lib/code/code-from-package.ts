import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { writeAsset } from './assets.ts';
import { BUNDLE_FILE, entryOf } from './bundle-names.ts';
import type { FunctionCode } from './function-code.ts';
import { zip } from './zip.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The code of functions as the npm package has it: in the place of an entry point stands its bundle, which also runs locally. The zips
 * have the same bytes as those from the sources.
 *
 * @param folder the folder of the assembly
 */
export function codeFromPackage(folder: string): FunctionCode {
  return (name) => {
    const code = readFileSync(join(ROOT, entryOf(name).replace(/\.ts$/, '.js')));
    return Code.fromAsset(writeAsset(join(folder, 'functions'), `${name}.zip`, zip({ [BUNDLE_FILE]: code })));
  };
}
