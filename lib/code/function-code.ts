import type { Code } from 'aws-cdk-lib/aws-lambda';

/** Gives the code of a function, by the name of its bundle: that of its source, or `<source>-rotation`. */
export type FunctionCode = (bundle: string) => Code;

/** The files of a layer. They belong to one deployment, and only who may deploy can change them. */
export interface DeploymentFiles {
  /** Which secret is sent to which origins, as JSON. */
  readonly origins: string;
  /** The path of a file with the certificates of private authorities, if there are any. */
  readonly caBundle: string | undefined;
}

/** Gives the content of the layer that has a function’s deployment files. @param bundle the name of the function’s bundle */
export type LayerContent = (bundle: string, files: DeploymentFiles) => Code;

/** Where Lambda unpacks the files of a layer. */
const LAYER = '/opt/';
const ORIGINS = 'tidemark/origins.json';
const AUTHORITIES = 'tidemark/authorities.pem';

/** The deployment files by their names in the layer, and the paths at which a function finds them. */
export const IN_LAYER = { origins: ORIGINS, authorities: AUTHORITIES } as const;
export const ORIGINS_PATH = `${LAYER}${ORIGINS}`;
export const AUTHORITIES_PATH = `${LAYER}${AUTHORITIES}`;
