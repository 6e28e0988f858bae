/** Rooms from the top floor to the ground. A room may import what lies on lower floors, and nothing of its own floor or above. */
export interface House {
  readonly floors: readonly (readonly string[])[];
  /** Rooms that may import less than what lies below them: paths that begin so, and no others. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** The room of a file. */
  roomOf(path: string): string;
}

/** The folders of the project. */
export const PROJECT: House = {
  floors: [
    ['test'],
    ['bench'],
    ['tools'],
    ['cli'],
    ['local'],
    ['lib', 'functions/sources', 'simulators'],
    ['functions/shell'],
    ['functions/destinations'],
    ['functions/formats', 'functions/source-kit'],
    ['functions/core'],
    ['package.json', 'cdk.json', 'measured', 'tidemark.example.json'],
  ],
  // A simulator that used the code which reads from it would share its mistakes.
  only: { simulators: [] },
  roomOf: (path) => /^functions\/[^/]+|^[^/]+/.exec(path)?.[0] ?? path,
};

/** The rooms of the engine; files that stand in none are rooms of their own. */
export const CORE: House = {
  floors: [
    ['invocation', 'rotation'],
    ['jobs', 'snapshots', 'examine'],
    ['reading'],
    ['run'],
    ['requests', 'delivery'],
    ['state'],
    ['events'],
    ['effects.ts'],
    ['stored', 'config'],
    ['answer-clock.ts', 'clocks'],
    ['model.ts', 'retry.ts'],
    ['auth.ts', 'ecs-event.ts', 'errors.ts', 'metrics.ts'],
    ['time.ts'],
  ],
  // Rotation stands aside: it has nothing to do with feeds.
  only: {
    rotation: [
      'requests/judge.ts',
      'answer-clock.ts',
      'model.ts',
      'retry.ts',
      'auth.ts',
      'ecs-event.ts',
      'errors.ts',
      'metrics.ts',
      'time.ts',
    ],
  },
  roomOf: (path) => path.split('/')[0] ?? path,
};

/** The imports of a file that go against the arrows of the house, each with what is wrong. */
export function wrongWays(house: House, path: string, imports: readonly string[]): string[] {
  const room = house.roomOf(path);
  return imports
    .filter((imported) => house.roomOf(imported) !== room)
    .flatMap((imported) => complaintOf(house, { path, room, imported }) ?? []);
}

interface Way {
  readonly path: string;
  readonly room: string;
  readonly imported: string;
}

function complaintOf(house: House, { path, room, imported }: Way): string | undefined {
  const target = house.roomOf(imported);
  for (const one of [room, target]) {
    if (floorOf(house, one) < 0) return `${path}: ${one} has no floor yet: add it to test/walls/floors.ts`;
  }
  const only = house.only?.[room];
  if (only !== undefined && !only.some((beginning) => imported.startsWith(beginning)))
    return `${path}: ${room} may not import ${imported}, only ${only.join(', ') || 'its own files'}`;
  if (floorOf(house, target) > floorOf(house, room)) return undefined;
  return `${path}: ${room} may not import ${imported}: arrows go ${drawn(house)}`;
}

function floorOf({ floors }: House, room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

function drawn({ floors }: House): string {
  return floors.map((rooms) => rooms.join(', ')).join(' -> ');
}
