import type { EcsEvent } from '../core/ecs-event.ts';
import type { FormatId, Shape } from '../core/model.ts';
import { cefLine } from './cef/cef.ts';
import { ecsLine } from './ecs.ts';
import { ocsfLine } from './ocsf/ocsf.ts';
import { rawLine } from './raw.ts';

/** The writer of each format. Formats are projections of the ECS event and know no vendor. */
const LINES: Readonly<Record<FormatId, (event: EcsEvent, shape: Shape) => string>> = {
  ecs: ecsLine,
  cef: (event, { cefVersion = 0 }) => cefLine(event, cefVersion),
  ocsf: (event, { ocsfVersion }) => ocsfLine(event, ocsfVersion),
  raw: rawLine,
};

export const FORMATS = Object.keys(LINES) as readonly FormatId[];

/** An event as one line of a shape's format. */
export function writeLine(shape: Shape, event: EcsEvent): string {
  return LINES[shape.format](event, shape);
}
