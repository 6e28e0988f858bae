import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { writeAsset } from './assets.ts';
import { bundleFunction } from './bundle-function.ts';
import type { FunctionCode } from './function-code.ts';

/** Builds the code of functions from the sources, in a clone. @param folder the folder of the assembly */
export function codeFromSources(folder: string): FunctionCode {
  return (name) => {
    const { zip, sourceMap } = bundleFunction(name);
    writeAsset(join(folder, 'source-maps'), `${name}.mjs.map`, sourceMap);
    return Code.fromAsset(writeAsset(join(folder, 'functions'), `${name}.zip`, zip));
  };
}
