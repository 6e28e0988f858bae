import type { Deployment } from '../../functions/core/config/deployment.ts';

/** The Region of the account's own key: everything that it encrypts stands there. */
export function regionOf({ kmsKeyArn }: Deployment): string | undefined {
  return kmsKeyArn?.split(':')[3];
}
