import type { Auth } from '../core/model.ts';

/** The headers that prove who asks. */
export function authorize(auth: Auth, secret: Readonly<Record<string, string>>): Record<string, string> {
  switch (auth.kind) {
    case 'bearer':
      return { authorization: `Bearer ${secret.token}` };
  }
}
