import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionCode } from './function-code.ts';

/** Where `npm run build` puts the zips, seen from the compiled form of this file. */
const BUNDLES = new URL('../../bundles/', import.meta.url);

/** The code of functions as the npm package has it: the same bytes as from the sources. */
export const codeFromPackage: FunctionCode = (name) => Code.fromAsset(fileURLToPath(new URL(`${name}.zip`, BUNDLES)));
