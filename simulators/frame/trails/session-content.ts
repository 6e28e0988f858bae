import { createRandom, hash, pick, share } from '../../random.ts';
import { stamp } from '../moments.ts';
import { ACCOUNTS, type Account, CUSTOMER, idOf, type Person, userAt } from '../organization.ts';
import { hasFailed, type Session } from './sessions.ts';

const USERS = 400;
const ODD_DURATION_SHARE = 0.2;
/** In the vendor's sample, the stated duration exceeds the time between start and end by this. */
const ODD_DURATION_SECONDS = 2300;

const FAILURES = [
  'No available instances in the pool: max_servers reached',
  'Session broker timed out after 120 s',
  'User closed the browser before the desktop was ready',
  'Domain join failed: trust relationship | code=0x51f',
];

const INSTANCES = [
  { bare_metal: null, display_name: 'Air 8GB', gpu: 'None', id: 'gateway-prod.5', name: 't3.large', ram: 8, vcpu: 2 },
  {
    bare_metal: null,
    display_name: 'Pro 16GB',
    gpu: 'Tesla T4',
    id: 'gateway-prod.9',
    name: 'g4dn.xlarge',
    ram: 16,
    vcpu: 4,
  },
  { bare_metal: null, display_name: 'Air 4GB', gpu: 'None', id: 'gateway-prod.2', name: 't3.medium', ram: 4, vcpu: 2 },
] as const;

const POOL_GROUPS = [
  'production',
  'production',
  'production',
  'sandbox',
  'utility',
  'persistent_desktop_production',
  'persistent_desktop_shadow',
] as const;

const PLACES = [
  { city: 'Leeds', network: '203.0.113.' },
  { city: 'Tehama', network: '198.51.100.' },
  { city: 'Zürich', network: '192.0.2.' },
  { city: '東京', network: '2001:db8:91::' },
  { city: null, network: '2001:db8:4::' },
] as const;

/** The fields of a session that can be searched by. */
export interface SessionContent {
  readonly person: Person;
  readonly account: Account;
  readonly instance: (typeof INSTANCES)[number];
  readonly poolGroup: (typeof POOL_GROUPS)[number];
  readonly poolId: string;
  readonly serverId: string;
  readonly sessionId: string;
  readonly place: (typeof PLACES)[number];
  readonly host: number;
}

/** Who used what, and from where, made from the seed. */
export function sessionContent({ id, seed }: Session): SessionContent {
  const random = createRandom(seed);
  const account = pick(random, ACCOUNTS);
  const poolGroup = pick(random, POOL_GROUPS);
  return {
    person: userAt(Math.floor(random() * USERS)),
    account,
    instance: pick(random, INSTANCES),
    poolGroup,
    poolId: idOf(3, hash(ACCOUNTS.indexOf(account), POOL_GROUPS.indexOf(poolGroup))),
    serverId: `gateway-prod.${5_000_000 + Math.floor(random() * 3_000_000)}`,
    sessionId: `gateway-prod.${idOf(4, seed, id).replaceAll('-', '').slice(0, 16)}`,
    place: pick(random, PLACES),
    host: 1 + Math.floor(random() * 250),
  };
}

/** The duration that the row states in seconds, which may differ from the time between start and end. */
export function statedDuration({ start, end, seed }: Session): number {
  const extra = share(seed, 32) < ODD_DURATION_SHARE ? ODD_DURATION_SECONDS : 0;
  return (end - start) / 1_000_000 + extra;
}

/** The vendor's row at a time. While the session runs, fields that are known only at its end are null. */
export function sessionRow(session: Session, at: number) {
  const { person, account, instance, poolGroup, ...content } = sessionContent(session);
  const hasEnded = at >= session.endShownAt;
  const network = hasEnded
    ? networkFigures(hash(session.seed, session.id, at >= session.correctedAt ? 1 : 0))
    : NOTHING_YET;
  return {
    account_id: account.id,
    ...network.bandwidth,
    city: content.place.city,
    client_ip: `${content.place.network}${content.host}`,
    customer_id: CUSTOMER.id,
    distance: share(session.seed, 33) * 9000,
    fail_description: hasEnded && hasFailed(session.seed) ? (FAILURES[session.seed % FAILURES.length] as string) : null,
    ...network.framerate,
    id: idOf(2, session.seed, session.id),
    instance_type: instance.name,
    ...network.latency,
    organization_id: account.organizationId,
    pool_group_type: poolGroup,
    pool_id: content.poolId,
    pool_instance_type: instance,
    server_id: content.serverId,
    session_duration: hasEnded ? statedDuration(session) : null,
    session_end: hasEnded ? stamp(session.end) : null,
    session_id: content.sessionId,
    session_start: stamp(session.start),
    user_email: person.email,
    user_first_name: person.firstName,
    user_id: person.id,
    user_idp: person.idp,
    user_last_name: person.lastName,
  };
}

interface Figures {
  readonly bandwidth: object;
  readonly framerate: object;
  readonly latency: object;
}

const NOTHING_YET: Figures = {
  bandwidth: { bandwidth_kbps_avg: null, bandwidth_kbps_max: null, bandwidth_kbps_min: null },
  framerate: { framerate_ps_avg: null, framerate_ps_max: null, framerate_ps_min: null },
  latency: { latency_ms_avg: null, latency_ms_max: null, latency_ms_min: null },
};

function networkFigures(seed: number): Figures {
  const random = createRandom(seed);
  const figures = (prefix: string, min: number, max: number) => {
    const [low, high] = [min + random() * (max - min) * 0.3, max - random() * (max - min) * 0.3];
    return {
      [`${prefix}_avg`]: Math.round((low + (high - low) * random()) * 100) / 100,
      [`${prefix}_max`]: Math.round(high),
      [`${prefix}_min`]: Math.round(low),
    };
  };
  return {
    bandwidth: figures('bandwidth_kbps', 4000, 17_000),
    framerate: figures('framerate_ps', 5, 30),
    latency: figures('latency_ms', 8, 300),
  };
}
