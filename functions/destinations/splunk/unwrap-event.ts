import { scanMembers, skipValue } from '../../core/events/json/json-scanner.ts';

/** The line inside of an envelope, exactly as it was wrapped. Undefined if there is none. */
export function unwrapEvent(text: string): string | undefined {
  let found: string | undefined;
  try {
    scanMembers(text, (key, start) => {
      if (key !== 'event') return undefined;
      const end = skipValue(text, start);
      found = text.slice(start, end);
      return end;
    });
    // What is no object was wrapped as a string.
    return found?.startsWith('"') ? (JSON.parse(found) as string) : found;
  } catch {
    return undefined;
  }
}
