import * as z from 'zod/mini';
import { TidemarkError } from '../../../functions/core/errors.ts';

/** What the page sends, by question: checked, as every input is. */
export const INPUTS = {
  history: z.object({
    range: z._default(z.enum(['hour', 'day', 'week']), 'hour'),
    by: z._default(z.enum(['source', 'feed']), 'source'),
    feed: z._default(text(300), ''),
  }),
  heatMap: z.object({
    feed: z._default(text(300), ''),
    days: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(60)), 14),
  }),
  events: z.object({ text: z._default(text(500), ''), feed: z._default(text(300), '') }),
  event: z.object({ key: z.coerce.number().check(z.int()) }),
  work: z.strictObject({
    kind: z.enum(['verify', 'backfill', 'redrive']),
    feed: text(300),
    from: z.optional(text(40)),
    to: z.optional(text(40)),
    since: z.optional(text(10)),
    repair: z._default(z.boolean(), false),
    ids: z.optional(z.array(text(200)).check(z.minLength(1), z.maxLength(1_000))),
  }),
  stop: z.strictObject({ id: z.int() }),
  fault: z.strictObject({ simulator: text(100), name: text(100), value: z.unknown() }),
  reset: z.strictObject({ simulator: text(100) }),
} as const;

function text(most: number) {
  return z.string().check(z.maxLength(most));
}

/** Checks an input; the error names the field and what is wanted. */
export function readInput<T>(schema: z.ZodMiniType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${issue?.path.join('.') || 'The request'}: ${issue?.message ?? 'wrong'}`,
    remedy: 'Correct the value, or load the page again.',
  });
}
