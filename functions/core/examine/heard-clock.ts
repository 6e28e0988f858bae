import { clockOffset, vendorTime } from '../answer-clock.ts';
import type { Auth } from '../auth.ts';
import { believe, CLOCKS_AGREE } from '../clocks/believed-clocks.ts';
import type { Effects } from '../effects.ts';
import type { Answer } from '../model.ts';
import { type Duration, formatDuration, SECOND } from '../time.ts';
import { type Finding, well } from './finding.ts';

/** How far the clocks may differ where requests are signed with the time. No vendor documents its own limit. */
const SIGNED_MARGIN = 30 * SECOND;

/** Effects whose answers show the vendor's clock. */
export class HeardClock {
  readonly effects: Effects;
  /** What the vendor's clock is ahead of ours. Undefined until an answer shows it. */
  offset: Duration | undefined;
  /** Whether any answer came, whatever it said. */
  isAnswered = false;

  readonly #servicesShareClock: boolean;

  constructor(effects: Effects, servicesShareClock: boolean) {
    this.#servicesShareClock = servicesShareClock;
    this.effects = {
      ...effects,
      fetch: async (...request) => this.#hear(await effects.fetch(...request)),
      obtainToken: async (...step) => {
        const asked = await effects.obtainToken(...step);
        this.#hear(asked.answer);
        return asked;
      },
    };
  }

  /** Whether the difference explains that the vendor refuses what we sign. */
  explainsRefusal({ kind }: Auth): boolean {
    return kind === 'headers-hmac' && Math.abs(this.offset ?? 0) > SIGNED_MARGIN;
  }

  /** @param isCause whether the difference has been found to be the cause of a refusal */
  finding(subject: string, isCause: boolean): Finding {
    const { offset } = this;
    if (offset === undefined) return well(subject, 'clock', 'the vendor’s answers show no time');
    // A Date has whole seconds.
    const difference = formatDuration(Math.max(1, Math.round(Math.abs(offset) / SECOND)) * SECOND);
    if (!isCause && Math.abs(offset) <= CLOCKS_AGREE)
      return well(subject, 'clock', `the vendor’s and ours are not more than ${difference} apart`);
    const { doubted } = believe({ ...this.effects.clocks(), vendor: offset });
    const alone = doubted.size === 1 && !this.#servicesShareClock ? [...doubted.keys()][0] : undefined;
    return {
      subject,
      check: 'clock',
      ok: false,
      found: `the vendor’s clock is ${difference} ${offset < 0 ? 'behind' : 'ahead of'} ours${SAID[alone ?? ''] ?? ''}`,
      remedy:
        'Compare with a time server (date -u). If this machine is wrong, let it set its clock by NTP. If the vendor is wrong, tell the vendor: until then the watermark may stay.',
    };
  }

  #hear(answer: Answer): Answer {
    this.isAnswered = true;
    if (vendorTime(answer) !== undefined) this.offset = -clockOffset(answer, this.effects.now());
    return answer;
  }
}

/** Which clock is wrong, if only one is not believed. */
const SAID: Readonly<Record<string, string>> = {
  vendor: ', with which the clocks of the other services agree',
  ours: ', and the other services agree with the vendor',
};
