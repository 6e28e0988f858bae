// Says how long the import of the bundle in the first argument takes, in milliseconds.

const start = performance.now();
await import(process.argv[2] ?? '');
process.send?.(performance.now() - start);
