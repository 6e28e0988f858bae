import type { Reply } from '../../send-reply.ts';
import type { Call, Service } from '../../simulator-server.ts';
import type { FrameSwitches } from '../faults.ts';
import type { Settled } from '../options.ts';
import { CUSTOMER } from '../organization.ts';
import type { Parts } from '../parts.ts';
import { type Asked, readPath } from './endpoints.ts';
import { failure, Refusal } from './replies.ts';
import { checkSignature } from './signature.ts';

/** What the API works on. */
interface ApiParts {
  readonly options: Settled;
  readonly switches: FrameSwitches;
  readonly clock: () => number;
  readonly parts: Parts;
  /** Deepest offset that was asked for, by path. */
  readonly deepestOffset: Record<string, number>;
}

/** Makes the API: it checks who asks and whether they may, and answers. */
export function createService({ options, switches, clock, parts, deepestOffset }: ApiParts): Service {
  function answer(call: Call): Reply {
    try {
      checkSignature(call.headers, options, switches, clock);
      return route(call);
    } catch (thrown) {
      if (thrown instanceof Refusal) return failure(options.errors, thrown.status, thrown.message);
      throw thrown;
    }
  }

  function route({ method, url }: Call): Reply {
    const { pathname, searchParams } = url;
    const asked = readPath(pathname);
    if (!asked) throw new Refusal(404, 'Not Found');
    if ('slashed' in asked) {
      if (options.missingSlash === 'not-found') throw new Refusal(404, 'Not Found');
      return { status: 301, headers: { location: `${asked.slashed}${url.search}` }, body: '' };
    }
    if (method !== 'GET') throw new Refusal(405, 'Use GET');
    checkPermission(asked, switches);
    const offset = Number(searchParams.get('offset') ?? Number.NaN);
    if (offset >= 0) deepestOffset[pathname] = Math.max(deepestOffset[pathname] ?? 0, offset);
    return reply(asked, searchParams);
  }

  function reply(asked: Asked, parameters: URLSearchParams): Reply {
    switch (asked.endpoint) {
      case 'audit-trails':
        return parts.auditTrail.page(parameters);
      case 'session-trails':
        return parts.sessionTrail.page(parameters);
      case 'user_activities':
        return parts.userActivities.page(parameters);
      case 'usage':
      case 'disk_volume_usage':
        return parts.usage.reply(asked.endpoint, parameters);
      default:
        return parts.inventory.reply(asked, parameters);
    }
  }

  return {
    contentType: 'application/json; charset=utf-8',
    answer,
    throttled({ retryAfter }) {
      const reply = failure(options.errors, 429, 'Too Many Requests');
      return {
        ...reply,
        headers: { ...reply.headers, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) },
      };
    },
    broken: (status) => failure(options.errors, status, 'The request could not be served'),
    reset() {
      parts.auditTrail.reset();
      for (const path of Object.keys(deepestOffset)) delete deepestOffset[path];
    },
  };
}

/** The key belongs to one customer, and its role may not permit some endpoints. */
function checkPermission({ endpoint, customerId }: Asked, { faults }: FrameSwitches): void {
  const isForbidden = faults.forbidden || faults.forbiddenAt?.split(',').includes(endpoint);
  if (isForbidden || (customerId !== undefined && customerId !== CUSTOMER.id))
    throw new Refusal(403, 'The role of the API key does not permit this');
}
