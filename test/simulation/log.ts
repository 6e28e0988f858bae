import { type Duration, formatInstant, type Instant } from '../../functions/core/time.ts';
import type { VendorRow } from '../memory/vendor.ts';
import type { World } from '../memory/world.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { PlannedRow } from './scenario/scenario-rows.ts';

/** A record of the vendor's as the oracle knows it. */
export interface LoggedRow {
  readonly planned: PlannedRow;
  /** All records with the same content, in whichever of its versions, share it. */
  readonly content: string;
  /** How long after its time, on the vendor's clock, it could be found. */
  readonly lateness: Duration;
  readonly versions: readonly VendorRow[];
  /** Its events: what each is called, and when it happened. */
  readonly events: readonly { readonly phase: string; readonly time: Instant }[];
}

/** The vendor's log: writes the planned rows into the world, and knows which texts are the same record. */
export class Log {
  /** In order of time. */
  readonly rows: readonly LoggedRow[];
  readonly poison: readonly LoggedRow[];
  readonly #contents = new Map<string, string>();

  constructor(scenario: Scenario, world: World) {
    this.rows = scenario.rows
      .map((planned) => this.#add(planned, world, scenario.vendor.clockOffset))
      .sort((one, other) => one.planned.time - other.planned.time);
    this.poison = this.rows.filter(({ planned }) => planned.poison);
  }

  /** The content that a delivered text is a version of. */
  contentOf(text: string): string | undefined {
    return this.#contents.get(text);
  }

  get newest(): Instant {
    return Math.max(0, ...this.rows.map(({ planned }) => planned.time));
  }

  /** True time after which nothing in it moves. */
  get restsAt(): Instant {
    return Math.max(0, ...this.rows.map(({ planned }) => Math.max(planned.visibleAt, planned.changesAt ?? 0)));
  }

  #add(planned: PlannedRow, world: World, clockOffset: Duration): LoggedRow {
    const { name, time, visibleAt, changesAt, date, end } = planned;
    const shown = {
      ...(date !== undefined && { date }),
      ...(end !== undefined && { fields: { end: formatInstant(end, 'us') } }),
    };
    const first = world.vendor.add({
      time,
      name,
      visibleAt,
      ...shown,
      ...(changesAt !== undefined && { goneAt: changesAt }),
    });
    const versions = [first];
    if (changesAt !== undefined) {
      // A record that changes keeps its id, where it has one.
      const fields = { ...shown.fields, changed: true, ...(world.vendor.options.ids && { id: `v-${first.number}` }) };
      versions.push(world.vendor.add({ time, name, visibleAt: changesAt, ...shown, fields }));
    }
    for (const { text } of versions) this.#contents.set(text, first.text);
    const events = [
      { phase: '', time },
      { phase: 'end', time: end ?? time },
    ].slice(0, end === undefined ? 1 : 2);
    return { planned, content: first.text, lateness: visibleAt + clockOffset - time, versions, events };
  }
}

/** Whether the vendor has deleted a row. */
export function isPurged(row: LoggedRow, keeps: Duration, vendorNow: Instant): boolean {
  return row.planned.time < vendorNow - keeps;
}
