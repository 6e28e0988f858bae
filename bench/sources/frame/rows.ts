import { stamp } from '../../../simulators/frame/moments.ts';
import { idOf, userAt } from '../../../simulators/frame/organization.ts';
import { type AuditRow, auditRow } from '../../../simulators/frame/trails/audit-content.ts';
import { hash } from '../../../simulators/random.ts';
import { contentAt, kept } from '../../endpoints/vendor.ts';

const PEOPLE = 400;
/** One row in five keeps the people of the simulator, whose names are odd. */
const ODD = 5;

/** The text of a row between its id and its time. */
const middles = kept((number) => {
  const {
    id: _,
    inserted_at: __,
    ...rest
  } = varied(auditRow({ id: number, micros: 0, seed: hash(number) }), hash(number, 1));
  return JSON.stringify(rest).slice(1, -1);
});

/** Twins differ in their ids only. */
export function row(at: number, time: number): string {
  const inserted = stamp(time * 1_000 + (hash(contentAt(at), 2) % 1_000));
  return `{"id":"${idOf(1, at)}",${middles(contentAt(at))},"inserted_at":"${inserted}"}`;
}

function varied(content: AuditRow, seed: number): AuditRow {
  if (seed % ODD === 0 || content.user_email === null) return content;
  const { firstName, lastName, email, idp } = userAt(seed % PEOPLE);
  return { ...content, user_first_name: firstName, user_last_name: lastName, user_email: email, user_idp: idp };
}
