/** What Node's `--cpu-prof` writes. */
export interface Profile {
  readonly nodes: readonly Readonly<{ [name: string]: unknown; id: number }>[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Place {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** The functions with the most time of their own, in microseconds an event, without the time of what they call. */
export function hottest({ nodes, samples, timeDeltas }: Profile, events: number, top: number): string {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const own = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    own.set(name, (own.get(name) ?? 0) + Math.max(0, timeDeltas[at] ?? 0));
  }
  own.delete('(idle)');
  own.delete('(program)');
  const busy = [...own.values()].reduce((all, one) => all + one, 0);
  const lines = [...own]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, top)
    .map(([name, micros]) => {
      const each = (micros / events).toFixed(2).padStart(8);
      return `${each} us ${((micros / busy) * 100).toFixed(1).padStart(5)} %  ${name}`;
    });
  return `${lines.join('\n')}\n${(busy / events).toFixed(2).padStart(8)} us in all functions of the main thread\n`;
}

/** The function of a node, which is the one object in it. */
function nameOf(node: Profile['nodes'][number]): string {
  const { functionName, url, lineNumber } = Object.values(node).find(isPlace) ?? NOWHERE;
  const file = url.split('/').at(-1) ?? '';
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}

const NOWHERE: Place = { functionName: '', url: '', lineNumber: 0 };

function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'functionName' in value;
}
