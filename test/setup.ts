import fc from 'fast-check';

// The same examples in every run, so that a red build can be made red again; FC_SEED=... looks at others.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FC_SEED ?? 1) });
