import type { Deployment } from '../../functions/core/config/deployment.ts';

/** The Region of the customer-managed key; everything that it encrypts must be in the same Region. */
export function regionOf({ kmsKeyArn }: Deployment): string | undefined {
  return kmsKeyArn?.split(':')[3];
}
