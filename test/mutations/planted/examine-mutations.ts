import type { Mutation } from '../mutation.ts';

/** Bugs in the examination of a connection: it would harm what it looks at, or name a wrong cause. */
export const EXAMINE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'examination-signs-in-twice',
    story:
      'A vendor refuses a fresh session, and tidemark doctor signs in again each time: soon the user is locked out.',
    file: 'functions/core/examine/examine-connection.ts',
    find: "optional: isFresh || source.auth.kind === 'header',",
    put: "optional: source.auth.kind === 'header',",
    test: 'test/rules/examine/examine.test.ts',
  },
  {
    name: 'examination-ends-holds',
    story:
      'Whoever looks with tidemark doctor tries refused credentials once more each time, until the user is locked out.',
    file: 'functions/core/examine/examine-connection.ts',
    find: 'if (signInAgain) store.note(',
    put: 'store.note(',
    test: 'test/rules/examine/examine.test.ts',
  },
  {
    name: 'examination-asks-a-throttled-vendor',
    story: 'A vendor asks to be left alone, and the examination asks it for all other streams, too.',
    file: 'functions/core/examine/failures.ts',
    find: 'thrown instanceof PauseError || thrown instanceof OutOfTimeError',
    put: 'thrown instanceof OutOfTimeError',
    test: 'test/rules/examine/examine.test.ts',
  },
  {
    name: 'examination-blames-all-for-one',
    story: 'One endpoint refuses the credentials, and an operator replaces a working token in the middle of the night.',
    file: 'functions/core/examine/failures.ts',
    find: 'const ENOUGH_ALIKE = 2;',
    put: 'const ENOUGH_ALIKE = 1;',
    test: 'test/rules/examine/examine.test.ts',
  },
];
