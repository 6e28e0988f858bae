import { HOUR } from '../../../functions/core/time.ts';
import { inventoryWorld } from '../../memory/inventory.ts';
import type { World } from '../../memory/world.ts';

/** One run of the snapshot feed, an hour after the one before. */
export async function runLater(world: World) {
  world.clock.advance(HOUR);
  const [report] = await world.run({ streams: ['keys'] });
  return report;
}

/** A list that has been read, delivered and stored once. */
export async function settledWorld(count = 20, options: Parameters<typeof inventoryWorld>[0] = {}) {
  const made = inventoryWorld(options);
  made.keys.add(count);
  await runLater(made.world);
  return made;
}
