import { userInfo } from 'node:os';

/** The name of the user of this machine; in a container without a list of users, the number. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
