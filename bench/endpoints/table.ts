type Value = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Value>>;
type Input = Readonly<Record<string, unknown>>;

/** DynamoDB answers a query with at most this much. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Refuses a call as DynamoDB does. */
export class TableError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** One DynamoDB table in memory, with the keys `pk` and `sk`: as much of it as the functions use. */
export class MemoryTable {
  readonly #partitions = new Map<string, Map<string, Item>>();
  /** Sort keys of a partition in order, made anew when one was added or removed. */
  readonly #sorted = new Map<string, string[]>();

  clear(): void {
    this.#partitions.clear();
    this.#sorted.clear();
  }

  call(operation: string, input: Input): object {
    const handler = this.#operations[operation];
    if (!handler) throw new TableError('UnknownOperationException', `The bench’s table does not know ${operation}.`);
    return handler(input);
  }

  readonly #operations: Readonly<Record<string, (input: Input) => object>> = {
    GetItem: ({ Key }) => present(this.#find(Key as Item)),
    PutItem: (input) => {
      const item = input.Item as Item;
      this.#check(input, this.#find(item));
      this.#put(item);
      return {};
    },
    DeleteItem: (input) => {
      const key = input.Key as Item;
      this.#check(input, this.#find(key));
      this.#delete(key);
      return {};
    },
    Query: (input) => this.#query(input),
    BatchGetItem: ({ RequestItems }) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems as Record<string, { Keys: Item[] }>).map(([name, { Keys }]) => [
          name,
          Keys.flatMap((key) => this.#find(key) ?? []),
        ]),
      ),
      UnprocessedKeys: {},
    }),
    BatchWriteItem: ({ RequestItems }) => {
      for (const { PutRequest, DeleteRequest } of Object.values(RequestItems as Record<string, BatchWrite[]>).flat()) {
        if (PutRequest) this.#put(PutRequest.Item);
        if (DeleteRequest) this.#delete(DeleteRequest.Key);
      }
      return { UnprocessedItems: {} };
    },
  };

  #find({ pk, sk }: Item): Item | undefined {
    return this.#partitions.get(String(pk?.S))?.get(String(sk?.S));
  }

  #put(item: Item): void {
    const [pk, sk] = [String(item.pk?.S), String(item.sk?.S)];
    const partition = this.#partitions.get(pk) ?? new Map<string, Item>();
    if (!partition.has(sk)) this.#sorted.delete(pk);
    this.#partitions.set(pk, partition.set(sk, item));
  }

  #delete({ pk, sk }: Item): void {
    if (this.#partitions.get(String(pk?.S))?.delete(String(sk?.S))) this.#sorted.delete(String(pk?.S));
  }

  #check({ ConditionExpression: condition, ...input }: Input, found: Item | undefined): void {
    if (condition === undefined) return;
    const holds = String(condition)
      .split(' AND ')
      .every((part) => isTrue(part.trim(), found, input));
    if (!holds) throw new TableError('ConditionalCheckFailedException', 'The conditional request failed');
  }

  /** The key condition `pk = :pk AND sk BETWEEN :from AND :to`, and no other. */
  #query(input: Input): object {
    const condition = /^pk = (:\w+) AND sk BETWEEN (:\w+) AND (:\w+)$/.exec(String(input.KeyConditionExpression));
    if (!condition)
      throw new TableError('ValidationException', `The bench’s table does not know ${input.KeyConditionExpression}.`);
    const values = input.ExpressionAttributeValues as Item;
    const [pk = '', from = '', to = ''] = condition.slice(1).map((name) => String(values[name]?.S));
    const keys = this.#keysOf(pk).filter((sk) => sk >= from && sk <= to);
    if (input.ScanIndexForward === false) keys.reverse();
    const start = (input.ExclusiveStartKey as Item | undefined)?.sk?.S;
    const Items: Item[] = [];
    let bytes = 0;
    for (let at = start === undefined ? 0 : keys.indexOf(String(start)) + 1; at < keys.length; at++) {
      const item = this.#partitions.get(pk)?.get(keys[at] as string) as Item;
      Items.push(item);
      bytes += JSON.stringify(item).length;
      if (bytes > MAX_ANSWER_BYTES || Items.length === input.Limit) {
        return { Items, Count: Items.length, LastEvaluatedKey: { pk: item.pk, sk: item.sk } };
      }
    }
    return { Items, Count: Items.length };
  }

  #keysOf(pk: string): readonly string[] {
    const keys = this.#sorted.get(pk) ?? [...(this.#partitions.get(pk)?.keys() ?? [])].sort();
    this.#sorted.set(pk, keys);
    return keys;
  }
}

interface BatchWrite {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

function present(item: Item | undefined): object {
  return item ? { Item: item } : {};
}

/** `attribute_exists(x)`, `attribute_not_exists(x)`, `x = :y` or `size(x) = :y`, where x is a name, a placeholder, or a path of them. */
function isTrue(part: string, item: Item | undefined, input: Input): boolean {
  const names = (input.ExpressionAttributeNames ?? {}) as Readonly<Record<string, string>>;
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  const found = (path: string) =>
    valueAt(
      item,
      path.split('.').map((name) => names[name] ?? name),
    );
  const [, not, existing] = /^attribute_(not_)?exists\(([#\w.]+)\)$/.exec(part) ?? [];
  if (existing !== undefined) return (found(existing) !== undefined) === (not === undefined);
  const [, size, path, value = ''] = /^(size\()?([#\w.]+)\)? = (:\w+)$/.exec(part) ?? [];
  if (path === undefined) throw new TableError('ValidationException', `The bench’s table does not know ${part}.`);
  if (size !== undefined) return String(sizeOf(found(path))) === values[value]?.N;
  return JSON.stringify(found(path)) === JSON.stringify(values[value]);
}

function valueAt(item: Item | undefined, path: readonly string[]): Value | undefined {
  const [name = '', ...rest] = path;
  const value = item?.[name];
  return rest.length === 0 ? value : valueAt(value?.M as Item | undefined, rest);
}

function sizeOf(value: Value | undefined): number | undefined {
  const [content] = Object.values(value ?? {});
  if (typeof content === 'string' || Array.isArray(content)) return content.length;
  return content === undefined ? undefined : Object.keys(content as object).length;
}
