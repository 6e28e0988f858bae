import type * as z from 'zod/mini';
import type { EcsEvent } from '../core/ecs-event.ts';
import type { Shape } from '../core/model.ts';

/** The data around an event on its way to a destination. */
export interface Envelope {
  /** The field of a shape that holds its settings: a shape with that field wants this envelope. */
  readonly name: string;
  readonly settings: z.ZodMiniType;
  /** Maximum size of an event that the destination takes, including the envelope. */
  readonly maxBytes: number;
  wrap(shape: Shape, event: EcsEvent, line: string): string;
}
