// Says how much time of the processor the import of the bundle in the first argument takes, in milliseconds.

const before = process.cpuUsage();
await import(process.argv[2] ?? '');
const { user, system } = process.cpuUsage(before);
process.send?.((user + system) / 1_000);
