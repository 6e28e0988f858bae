/** Everything that can be asked, named as the path ends; `all_accounts` is `/accounts/`. */
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

/** Those that answer with a list of things, as they are. */
export const LISTS = [
  'accounts',
  'organizations',
  'all_accounts',
  'api_authorization_rules',
  'cloud_services',
  'master_images',
] as const satisfies readonly Endpoint[];

export type Endpoint = (typeof ENDPOINTS)[number];

/** What a path asks for. */
export interface Asked {
  readonly endpoint: Endpoint;
  /** Whose: the customer's id, where the path has one. */
  readonly customerId?: string;
  /** Whose master images. */
  readonly cloudServiceId?: string;
}

const SLASHED: Readonly<Record<string, Endpoint>> = { '/v1/customers': 'customers', '/v1/accounts': 'all_accounts' };
const OWN_PATHS: readonly string[] = ['customers', 'all_accounts', 'master_images'] satisfies Endpoint[];
const IMAGES = /^\/v1\/customers\/([^/]+)\/cloud_services\/([^/]+)\/master_images$/;
const OF_CUSTOMER = /^\/v1\/customers\/([^/]+)\/([^/]+)$/;

/** Reads a path. Two end in a slash and the others do not; `slashed` is where a path that lacks its slash should lead. */
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
