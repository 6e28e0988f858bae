/** The parts of dynalite 4.0.0 (CommonJS, without types of its own) that the local table is built from. */

declare module 'dynalite/db/index.js' {
  export interface Store {
    readonly db: { open(): Promise<void>; close(): Promise<void> };
    readonly tableDb: { put(key: string, value: object, callback: (error: Error | null) => void): void };
  }

  const db: {
    create(options: { path: string; createTableMs: number; updateTableMs: number; deleteTableMs: number }): Store;
    /** Bytes as DynamoDB counts them. */
    itemSize(item: object): number;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  const validations: {
    /** Throws an error with `statusCode` and `body` when the request is wrong, as DynamoDB would. */
    checkTypes(input: object, types: object): object;
    checkValidations(input: object, types: object, custom: unknown, store: Store): void;
  };
  export default validations;
}
