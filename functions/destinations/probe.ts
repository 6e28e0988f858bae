import type { ConfiguredDestination } from '../core/config/destination.ts';

/** A question to the endpoint of a destination that shows whether it takes events. It sends none. */
export interface Probe {
  /** The name of the check, such as `token`. */
  readonly check: string;
  readonly request: ProbeRequest;
  read(answer: ProbeAnswer): ProbeResult;
}

export interface ProbeRequest {
  readonly method: 'GET' | 'POST';
  /** Below the destination's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly text: string;
}

/** What an answer shows. */
export type ProbeResult =
  | { readonly ok: true; readonly found: string }
  | { readonly ok: false; readonly found: string; readonly remedy: string };

/** The questions to a type's endpoint, and how they carry the credential. */
export interface Probing {
  /** The header with a field of the secret in it, behind a word such as `Bearer`. */
  readonly credential: { readonly header: string; readonly scheme: string; readonly field: string };
  /** The questions, in the order in which one fails because of another. @param id a random UUID */
  probes(destination: ConfiguredDestination, id: string): readonly Probe[];
}

/** A question to an endpoint of AWS, signed with the credentials of whoever asks. */
export interface SignedProbe extends Probe {
  readonly url: string;
  /** The service and the Region for which the request is signed. */
  readonly service: string;
  readonly region: string;
}

/** A deployment that is asked about. */
export interface AskedAbout {
  readonly region: string;
  /** The sources that send to the destination. */
  readonly sources: readonly string[];
}
