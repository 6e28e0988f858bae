import type { OwnSignIns, Row } from '../../core/model.ts';
import { isObject } from '../../source-kit/json-values.ts';
import { classify } from './mapping/classify.ts';
import { entryOf } from './mapping/entry.ts';
import { signerOf } from './mapping/story.ts';

/** Recognises the forwarder's own sign-ins, which are in the log of sign-ins like all others. */
export const ownSignIns: OwnSignIns = {
  account({ found }) {
    const me = found?.me;
    return isObject(me) && typeof me.id === 'string' ? me.id : undefined;
  },
  signIn,
  leaveOut: ({ settings }) => settings.includeSelf === false,
};

function signIn(row: Row): { account?: string } | undefined {
  if (!isObject(row.value)) return undefined;
  const entry = entryOf(row);
  const { subject, verb } = classify(entry.messageKey, entry.entityKey);
  if (subject !== 'access' || verb !== 'start') return undefined;
  const account = signerOf(entry);
  return account === undefined ? {} : { account };
}
