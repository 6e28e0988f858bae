/** The kind of an act, from which its `event.type` follows. */
export type VerbKind = 'creation' | 'deletion' | 'change' | 'start' | 'end' | 'restart' | 'access';

/** What is done, as the vocabulary names it. */
export interface Verb {
  /** The end of an action: `created` of `report-created`. */
  readonly done: string;
  readonly kind: VerbKind;
  /** The verb itself: `create`. An act that failed is named by it: `report-create-failed`. */
  readonly base: string;
}

/**
 * The verbs of all vendors: what an action ends with, and the words that mean it. A new word of a vendor goes into the line of what
 * it means; a new meaning gets a line of its own.
 */
export const VERBS: Readonly<Record<VerbKind, Readonly<Record<string, string>>>> = {
  creation: {
    created: 'create add generate insert issue make onboard provision',
    cloned: 'clone copy duplicate',
    enrolled: 'enroll',
    imported: 'import ingest',
    installed: 'install',
    invited: 'invite',
    registered: 'register',
    uploaded: 'upload',
  },
  deletion: {
    deleted: 'delete remove deprovision destroy drop erase purge wipe',
    revoked: 'revoke',
    uninstalled: 'uninstall',
    unregistered: 'unregister deregister',
  },
  change: {
    updated: 'update modify change edit save set adjust apply configure patch',
    acknowledged: 'acknowledge',
    activated: 'activate reactivate',
    allowed: 'allow',
    approved: 'approve',
    archived: 'archive',
    assigned: 'assign',
    attached: 'attach',
    cancelled: 'cancel',
    cleared: 'clear',
    completed: 'complete',
    confirmed: 'confirm',
    converted: 'convert',
    deactivated: 'deactivate',
    denied: 'deny',
    detached: 'detach',
    disabled: 'disable',
    dismissed: 'dismiss',
    enabled: 'enable',
    expired: 'expire',
    extended: 'extend',
    granted: 'grant',
    impersonated: 'impersonate',
    joined: 'join',
    left: 'leave',
    licensed: 'license',
    linked: 'link',
    locked: 'lock',
    marked: 'mark',
    merged: 'merge',
    migrated: 'migrate',
    moved: 'move',
    processed: 'process',
    promoted: 'promote',
    published: 'publish',
    reassigned: 'reassign',
    refreshed: 'refresh',
    regenerated: 'regenerate',
    rejected: 'reject',
    renamed: 'rename',
    renewed: 'renew',
    replaced: 'replace',
    rescheduled: 'reschedule',
    reset: 'reset',
    resized: 'resize',
    restored: 'restore',
    resumed: 'resume',
    rotated: 'rotate',
    scheduled: 'schedule',
    shared: 'share',
    suspended: 'suspend',
    swapped: 'swap',
    switched: 'switch',
    synchronized: 'synchronize sync',
    toggled: 'toggle',
    transcoded: 'transcode',
    transferred: 'transfer',
    trimmed: 'trim',
    unarchived: 'unarchive',
    unassigned: 'unassign',
    unlicensed: 'unlicense',
    unlinked: 'unlink',
    unlocked: 'unlock',
    unpublished: 'unpublish',
    unscheduled: 'unschedule',
    unshared: 'unshare',
    unsuspended: 'unsuspend',
    upgraded: 'upgrade',
  },
  start: { started: 'start begin boot launch', connected: 'connect', opened: 'open' },
  end: { stopped: 'stop end kill shutdown terminate', closed: 'close', disconnected: 'disconnect' },
  restart: { restarted: 'restart reboot recycle', powered: 'power' },
  access: {
    viewed: 'view access get list read',
    downloaded: 'download',
    exported: 'export',
    played: 'play watch',
    searched: 'search',
  },
};

const BY_WORD: ReadonlyMap<string, Verb> = new Map(
  (Object.entries(VERBS) as [VerbKind, Readonly<Record<string, string>>][]).flatMap(([kind, dones]) =>
    Object.entries(dones).flatMap(([done, words]) => {
      const [base = ''] = words.split(' ');
      return words.split(' ').map((word) => [word, { done, kind, base }] as const);
    }),
  ),
);

/** The verb that is written exactly so, as in the name of a command: `add`. */
export function verbNamed(word: string): Verb | undefined {
  return BY_WORD.get(word);
}

/** Endings of verbs, and what stands there in the verb itself. */
const ENDINGS: readonly (readonly [ending: RegExp, stem: string])[] = [
  [/$/, ''],
  [/e?[sd]$/, ''],
  [/[sd]$/, ''],
  [/ie[sd]$/, 'y'],
  [/(.)\1ed$/, '$1'],
];

/** The verb of a word in any form: add, adds, added; modify, modified; stop, stopped. */
export function verbOf(word: string): Verb | undefined {
  return ENDINGS.map(([ending, stem]) => BY_WORD.get(word.replace(ending, stem))).find((verb) => verb !== undefined);
}
