import { readFileSync } from 'node:fs';
import { type DeploymentFiles, IN_LAYER } from './function-code.ts';
import { zip } from './zip.ts';

/** The zip of a layer. */
export function layerZip({ origins, caBundle }: DeploymentFiles): Buffer {
  return zip({
    [IN_LAYER.origins]: Buffer.from(origins),
    ...(caBundle !== undefined && { [IN_LAYER.authorities]: readFileSync(caBundle) }),
  });
}
