import type { SnapshotStream } from '../../../core/model.ts';
import { accounts } from './accounts.ts';
import { apiAuthorizationRules } from './api-authorization-rules.ts';
import { cloudServices } from './cloud-services.ts';
import { customer } from './customer.ts';
import { elasticity } from './elasticity.ts';
import { masterImages } from './master-images.ts';
import { settings } from './settings.ts';

/** The snapshot streams: how things are at Frame, as events about their changes. */
export const snapshots: readonly SnapshotStream[] = [
  apiAuthorizationRules,
  settings,
  accounts,
  cloudServices,
  masterImages,
  elasticity,
  customer,
];
