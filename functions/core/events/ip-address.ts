const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const IPV6_GROUP = /^[\da-f]{1,4}$/i;

/** Whether a text is one IPv4 or IPv6 address as a field of the type ip accepts it: without range, zone, port or space. */
export function isIpAddress(text: string): boolean {
  // The longest IPv6 address, with an IPv4 tail, has 45 characters.
  return text.length <= 45 && (IPV4.test(text) || isIpv6(text));
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const [before, after] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...(before ?? []), ...(after ?? [])];
  // An IPv4 address may take the place of the last two groups, at the very end of the text.
  const hasIpv4Tail = groups.length > 0 && text.endsWith(groups.at(-1) as string) && IPV4.test(groups.at(-1) as string);
  const plain = hasIpv4Tail ? groups.slice(0, -1) : groups;
  const length = plain.length + (hasIpv4Tail ? 2 : 0);
  return plain.every((group) => IPV6_GROUP.test(group)) && (after ? length <= 7 : length === 8);
}
