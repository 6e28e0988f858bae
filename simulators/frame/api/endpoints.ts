/** All endpoints, named by the end of the path; `all_accounts` is `/accounts/`. */
export const ENDPOINTS = [
  'customers',
  'accounts',
  'organizations',
  'all_accounts',
  'audit-trails',
  'session-trails',
  'user_activities',
  'api_authorization_rules',
  'settings',
  'cloud_services',
  'master_images',
  'elasticity',
  'usage',
  'disk_volume_usage',
] as const;

/** The endpoints that answer with a list of things. */
export const LISTS = [
  'accounts',
  'organizations',
  'all_accounts',
  'api_authorization_rules',
  'cloud_services',
  'master_images',
] as const satisfies readonly Endpoint[];

export type Endpoint = (typeof ENDPOINTS)[number];

/** The endpoint and the ids in a path. */
export interface Asked {
  readonly endpoint: Endpoint;
  /** Undefined if the path has none. */
  readonly customerId?: string;
  /** Only in the path of master images. */
  readonly cloudServiceId?: string;
}

const SLASHED: Readonly<Record<string, Endpoint>> = { '/v1/customers': 'customers', '/v1/accounts': 'all_accounts' };
const OWN_PATHS: readonly string[] = ['customers', 'all_accounts', 'master_images'] satisfies Endpoint[];
const IMAGES = /^\/v1\/customers\/([^/]+)\/cloud_services\/([^/]+)\/master_images$/;
const OF_CUSTOMER = /^\/v1\/customers\/([^/]+)\/([^/]+)$/;

/** Reads a path. Two paths end in a slash, the others do not; `slashed` is the right path where the slash is missing. */
export function readPath(path: string): Asked | { readonly slashed: string } | undefined {
  if (SLASHED[path]) return { slashed: `${path}/` };
  const slashed = path.endsWith('/') && SLASHED[path.slice(0, -1)];
  if (slashed) return { endpoint: slashed };
  const [, owner, cloudServiceId] = IMAGES.exec(path) ?? [];
  if (owner && cloudServiceId) return { endpoint: 'master_images', customerId: owner, cloudServiceId };
  const [, customerId, name = ''] = OF_CUSTOMER.exec(path) ?? [];
  const endpoint = ENDPOINTS.find((one) => one === name && !OWN_PATHS.includes(one));
  return endpoint && customerId ? { endpoint, customerId } : undefined;
}
