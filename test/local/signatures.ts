import { Signatures } from '../../local/services/access/signature.ts';

/** The credentials that tests and the functions that they run use at the embedded services. */
export const KEY = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Takes what is signed with them now, by the clock of this process. */
export const SIGNATURES = new Signatures(KEY);
