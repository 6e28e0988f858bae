import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction } from './bundle-function.ts';
import type { DeploymentFiles, FunctionCode, LayerContent } from './function-code.ts';
import { layerZip } from './layer-zip.ts';

// What `cdk deploy` uploads from a clone. The zips and the source maps are written beside the assembly.

/** Builds the code of functions from the sources. @param folder the folder of the assembly */
export function codeFromSources(folder: string): FunctionCode {
  return (name) => {
    const { zip, sourceMap } = bundleFunction(name);
    write(join(folder, 'source-maps'), `${name}.mjs.map`, sourceMap);
    return Code.fromAsset(write(join(folder, 'functions'), `${name}.zip`, zip));
  };
}

/** Uploads the deployment’s own files. @param folder the folder of the assembly */
export function layersInAssembly(folder: string): LayerContent {
  return (name: string, files: DeploymentFiles) =>
    Code.fromAsset(write(join(folder, 'layers'), `${name}.zip`, layerZip(files)));
}

function write(folder: string, name: string, content: Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, content);
  return file;
}
