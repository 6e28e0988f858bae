import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feedsOf, parseConnection } from '../../functions/core/config/connection.ts';
import { isSnapshotFeed } from '../../functions/core/model.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import { cadence, planSchedules, shardOf } from '../../lib/plan/plan-schedules.ts';
import { configure, connect, draw, SOURCES } from './support/draw.ts';

interface Input {
  readonly act?: string;
  readonly connection?: { readonly id: string; readonly source: string };
  readonly streams?: readonly string[];
  readonly feeds?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface ScheduleProperties {
  readonly ScheduleExpression: string;
  readonly FlexibleTimeWindow: { readonly Mode: string; readonly MaximumWindowInMinutes?: number };
  readonly Target: {
    readonly Arn: string;
    readonly RoleArn: string;
    readonly Input: string;
    readonly RetryPolicy: object;
    readonly DeadLetterConfig: { readonly Arn: string };
  };
}

const usual = draw();
const [first, ...others] = SOURCES.map(({ id }) => id) as [string, ...string[]];

function schedulesOf({ account }: { readonly account: typeof usual.account }) {
  return account.find<ScheduleProperties>('AWS::Scheduler::Schedule').map(({ stack, id, properties }) => {
    const { Target, ScheduleExpression, FlexibleTimeWindow } = properties;
    return {
      stack,
      id,
      rate: ScheduleExpression,
      window: FlexibleTimeWindow,
      target: Target,
      input: JSON.parse(Target.Input) as Input,
    };
  });
}

test('roles that are replaced are other ones in the schedules’ templates, or their stacks would not be deployed again', () => {
  const rolesIn = (deployment: object) =>
    draw({ deployment }).schedules.flatMap((schedules) =>
      Object.values(schedules.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) =>
        JSON.stringify(Properties.Target.RoleArn),
      ),
    );
  const [before, after] = [rolesIn({}), rolesIn({ rolePath: '/forwarders/' })];

  expect(before.length).toBeGreaterThan(0);
  expect(before.filter((role) => after.includes(role))).toEqual([]);
});

test('every enabled stream of every connection is in exactly one schedule, at its own rate', () => {
  const config = configure();
  const runs = schedulesOf(usual).filter(({ input }) => input.act === undefined);

  const scheduled = runs.flatMap(({ input, rate }) =>
    input.streams?.map((stream) => `${input.connection?.source}/${stream} ${rate}`),
  );

  const wanted = config.connections.flatMap((connection) => {
    const source = SOURCES.find(({ id }) => id === connection.source) ?? SOURCES[0];
    if (!source) throw new Error('no source');
    const enabled = feedsOf(source, connection).filter(({ enabled }) => enabled);
    return enabled.map(({ stream, every }) => `${source.id}/${stream.name} rate(${rateOf(every)})`);
  });
  expect(scheduled.toSorted()).toEqual(wanted.toSorted());
});

function rateOf(every: number): string {
  const [count, unit] =
    every % DAY === 0 ? [every / DAY, 'day'] : every % HOUR === 0 ? [every / HOUR, 'hour'] : [every / MINUTE, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

test('its input is a connection as functions take it', () => {
  for (const { input } of schedulesOf(usual)) {
    if (!input.connection) continue;
    const source = SOURCES.find(({ id }) => id === input.connection?.source);
    if (!source) throw new Error('no source');
    expect(parseConnection(source, input.connection)).toEqual(input.connection);
  }
});

test('events are verified every hour until the day before is done, and each source is counted every quarter of an hour', () => {
  const schedules = schedulesOf(usual);

  const verified = schedules.filter(({ input }) => input.act === 'verify');
  const counted = schedules.filter(({ input }) => input.act === 'census');

  expect(verified.map(({ rate }) => rate)).toEqual(SOURCES.map(() => 'rate(1 hour)'));
  for (const { input } of verified) {
    const source = SOURCES.find(({ id }) => id === input.connection?.source);
    const feeds = source ? feedsOf(source, parseConnection(source, input.connection)) : [];
    const events = feeds.filter((feed) => feed.enabled && !isSnapshotFeed(feed));
    expect(input.streams).toEqual(events.map(({ stream }) => stream.name));
  }
  expect(counted.map(({ rate }) => rate)).toEqual(SOURCES.map(() => 'rate(15 minutes)'));
  expect(counted.map(({ input }) => Object.keys(input.feeds ?? {}))).toEqual(SOURCES.map(() => ['acme']));
  expect(counted.find(({ target }) => target.Arn.includes(first))?.input.feeds?.acme).toMatchObject({
    [streamOf(first)]: '5m',
  });
});

function streamOf(source: string): string {
  const found = SOURCES.find(({ id }) => id === source)?.streams.find(
    ({ enabled, every }) => enabled && every === 5 * MINUTE,
  );
  return found?.name ?? '';
}

test('a schedule never invokes again or late, and tells of what it could not invoke', () => {
  const missed = usual.account.arn('tidemark-forwarding', 'Missed3BACDA05');
  for (const { target } of schedulesOf(usual)) {
    expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 });
    expect(target.DeadLetterConfig.Arn).toBe(missed);
  }
});

test('a schedule invokes its own source’s function, as its own source’s scheduler', () => {
  for (const { target, input } of schedulesOf(usual)) {
    const source = input.connection?.source;
    if (source === undefined) continue;
    expect(target.Arn).toMatch(new RegExp(`function/${source}Function`));
    expect(target.RoleArn).toMatch(new RegExp(`role/${source}scheduler`));
  }
});

test.each([
  ['1m', { Mode: 'OFF' }],
  ['5m', { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1 }],
  ['30m', { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 6 }],
  ['7d', { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 }],
])('what is due every %s does not come all at once', (every, window) => {
  const streams = { [streamOf(first)]: { every } };
  const drawn = draw({ connections: [connect(first, 'acme', { streams })] });

  const runs = schedulesOf(drawn).filter(
    ({ input }) => input.act === undefined && input.streams?.includes(streamOf(first)),
  );

  expect(runs.map((run) => run.window)).toEqual([window]);
});

test('a stack for schedules holds nothing else', () => {
  for (const template of usual.schedules) {
    const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(new Set(types)).toEqual(new Set(['AWS::Scheduler::ScheduleGroup', 'AWS::Scheduler::Schedule']));
    template.hasResource('AWS::Scheduler::ScheduleGroup', { DeletionPolicy: 'Delete' });
  }
});

test('a further connection changes no other’s schedule, whatever is before or after it in the file', () => {
  const before = ['a', 'c', 'e.x', 'e-x', 'E-x'].map((id) => connect(first, id));
  const after = [connect(others[0] ?? first, 'a'), connect(first, 'b'), ...before.toReversed(), connect(first, 'z')];

  const [old, fresh] = [before, after].map((connections) => {
    const schedules = schedulesOf(draw({ connections, deployment: { shards: 3 } })).filter(
      ({ input }) => input.act !== 'census',
    );
    return new Map(schedules.map((schedule) => [`${schedule.stack} ${schedule.id}`, schedule]));
  }) as [Map<string, unknown>, Map<string, unknown>];

  expect(old.size).toBeGreaterThan(before.length);
  for (const [id, schedule] of old) expect(fresh.get(id), id).toEqual(schedule);
});

test('a connection’s shard is its own affair, and a further shard takes its share from all of the others', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer(), (shards, seed) => {
      const names = Array.from({ length: 300 }, (_, at) => `${first}/tenant-${seed}-${at}`);
      const [few, more] = [shards, shards + 1].map((count) => names.map((name) => shardOf(name, count))) as [
        number[],
        number[],
      ];

      const moved = names.filter((_, at) => few[at] !== more[at]);

      expect(names.every((_, at) => few[at] === more[at] || more[at] === shards)).toBe(true);
      expect(moved.length).toBeLessThan((names.length / (shards + 1)) * 2 + 20);
    }),
    { numRuns: 30 },
  );
});

test('whichever shard is gone, and whichever others with it, some census still looks at one of its feeds', () => {
  const connections = Array.from({ length: 60 }, (_, at) => connect(first, `tenant-${at}`));
  const planned = planSchedules(configure({ connections, deployment: { shards: 4 } }), SOURCES);
  const readBy = (shard: number) => connectionsOf(planned[shard] ?? [], (input) => (input.act ? [] : [idIn(input)]));
  const lookedAtBy = (shard: number) => connectionsOf(planned[shard] ?? [], ({ feeds = {} }) => Object.keys(feeds));

  for (let alive = 1; alive < 15; alive++) {
    const [left, gone] = [true, false].map((is) => [0, 1, 2, 3].filter((at) => Boolean(alive & (1 << at)) === is));
    const lost = new Set((gone ?? []).flatMap(readBy));
    const noticed = (left ?? []).flatMap(lookedAtBy).filter((id) => lost.has(id));
    expect(lost.size, `without ${gone}`).toBeGreaterThan(0);
    expect(noticed.length, `without ${gone}`).toBeGreaterThan(0);
  }
});

function connectionsOf(planned: readonly { input: object }[], idsIn: (input: Input) => readonly string[]): string[] {
  return planned.flatMap(({ input }) => idsIn(input as Input));
}

function idIn({ connection }: Input): string {
  return (connection as { id: string }).id;
}

test('a census knows how a feed settles where that is set', () => {
  const streams = { [streamOf(first)]: { settle: '6h' } };
  const [planned = []] = planSchedules(configure({ connections: [connect(first, 'acme', { streams })] }), SOURCES);

  const census = planned.map(({ input }) => input as Input).find(({ act }) => act === 'census');

  expect(census?.feeds?.acme).toMatchObject({ [streamOf(first)]: { every: '5m', settle: '6h' } });
});

test('a census that is too long for one input is several, which count each feed once', () => {
  const connections = Array.from({ length: 5_000 }, (_, at) =>
    connect(first, `a-tenant-with-a-rather-long-name-${at}`),
  );
  const [planned = []] = planSchedules(configure({ connections }), SOURCES);

  const parts = planned.map(({ input }) => input as Input).filter(({ act }) => act === 'census');

  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(JSON.stringify(JSON.stringify(part)).length).toBeLessThan(250_000);
  const counted = parts.flatMap(({ feeds }) => Object.keys(feeds ?? {}));
  expect(counted.toSorted()).toEqual(connections.map((connection) => (connection as { id: string }).id).toSorted());
});

test.each([
  [5 * MINUTE, '5m'],
  [90 * MINUTE, '90m'],
  [2 * HOUR, '2h'],
  [7 * DAY, '7d'],
])('%d µs are written as %s', (every, text) => {
  expect(cadence(every)).toBe(text);
});
