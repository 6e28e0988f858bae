import { remembered } from '../../core/events/remembered.ts';

/** The kind of act that the name of an audit record means. */
export interface Classification {
  readonly category: readonly string[];
  readonly type: readonly string[];
  /** Whether its verb was understood. The vendor publishes no list of kinds, so new ones appear without warning. */
  readonly known: boolean;
}

type Act = 'creation' | 'deletion' | 'change' | 'start' | 'end' | 'restart' | 'access';

/** Maximum length of a name that is looked at: its meaning is at its beginning. */
const LONGEST_KIND = 200;

/** What is done. A kind is a verb and a thing: `createLaunchpad`. */
const VERBS: Readonly<Record<Act, ReadonlySet<string>>> = {
  creation: words(
    'add clone copy create duplicate enroll generate import insert invite issue onboard provision register upload',
  ),
  deletion: words('delete deregister destroy drop erase purge remove revoke unregister wipe'),
  change: words(
    'acknowledge activate adjust allow apply approve archive assign attach cancel change clear configure confirm convert ' +
      'deactivate deny detach disable dismiss edit enable extend grant join leave link lock mark migrate modify move patch ' +
      'promote publish reassign refresh regenerate reject rename renew replace reset resize restore resume rotate save ' +
      'schedule set share suspend swap switch sync toggle transfer unarchive unassign unlink unlock unpublish unschedule ' +
      'unshare unsuspend update upgrade',
  ),
  start: words('boot connect launch open start'),
  end: words('close disconnect end kill shutdown stop terminate'),
  restart: words('power reboot recycle restart'),
  access: words('download export get list read view'),
};

/** What it is done to. A name with words of both ADMIN and USER counts as ADMIN: `updateUserRole` is about access. */
const ADMIN = words(
  'admin administrator auth authentication authorization google identity idp oidc permission role saml sso support',
);
const USER = words('api credential invitation mfa password token user');
const SESSION = words('session');
const SETTING = words('setting preference configuration policy');
const HOST = words('appliance cluster desktop host instance machine pool sandbox server vm workload');

/** Understands a kind by its verb and its other words. Unknown words are ignored. */
export const classify = remembered(classifyKind);

function classifyKind(kind: string): Classification {
  const [verb = '', ...about] = wordsOf(kind);
  const act = (Object.keys(VERBS) as Act[]).find((one) => VERBS[one].has(verb));
  const has = (subject: ReadonlySet<string>) => about.some((word) => subject.has(word));
  const known = act !== undefined;
  if (has(ADMIN)) return { category: ['iam'], type: [writing(act), 'admin'], known };
  if (has(USER)) return { category: ['iam'], type: [writing(act), 'user'], known };
  if ((act === 'start' || act === 'end') && has(SESSION) && !has(SETTING)) {
    return { category: ['session'], type: [act], known };
  }
  if ((act === 'start' || act === 'end' || act === 'restart') && has(HOST)) {
    return { category: ['host'], type: [act === 'restart' ? 'change' : act], known };
  }
  // A verb alone still says that something was created, changed or deleted. A name without a known verb says nothing.
  return { category: known ? ['configuration'] : [], type: [act === 'access' ? 'access' : writing(act)], known };
}

/** The act as a type for iam and configuration: there, to start or stop something is to change it, and to read is no act. */
function writing(act: Act | undefined): string {
  if (act === undefined || act === 'access') return 'info';
  return act === 'creation' || act === 'deletion' ? act : 'change';
}

/** The words of a name in lower case, without plurals and numbers at their end: `deleteSAMLProviders` is delete, saml, provider. */
function wordsOf(kind: string): string[] {
  return kind
    .slice(0, LONGEST_KIND)
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.replace(/\d+$/, '').replace(/(?<!s)s$/, ''));
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
