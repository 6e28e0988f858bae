import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { DeploymentFiles, LayerContent } from './function-code.ts';
import { layerZip } from './layer-zip.ts';

// What is made for a deployment is written beside the assembly, from where `cdk deploy` uploads it.

/** Uploads the deployment’s own files. @param folder the folder of the assembly */
export function layersInAssembly(folder: string): LayerContent {
  return (name: string, files: DeploymentFiles) =>
    Code.fromAsset(writeAsset(join(folder, 'layers'), `${name}.zip`, layerZip(files)));
}

/** Writes a file beside the assembly. @returns its path */
export function writeAsset(folder: string, name: string, content: Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, content);
  return file;
}
