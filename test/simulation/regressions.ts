/** Seeds that once broke a promise, and what the engine did. A change to how scenarios are drawn makes them others: find new ones then. */
export const REGRESSIONS: readonly (readonly [seed: number, what: string])[] = [
  [27, 'took the end of what is left of a window, echoed by the vendor, for the end of what it may know, for ever'],
  [391, 'raised the watermark by answers newer than those for the windows before'],
  [3233, 'forgot what the vendor had proven when it halved a window'],
  [229, 'let a halved window keep an added destination from what lies before it'],
  [283, 'dropped the end of a session that lies in the margin of its window'],
  [194, 'took a second page of equal records, in no order of time, for the first one again'],
  [90, 'finished a stored plan that the vendor had meanwhile deleted the beginning of, and told of no gap'],
  [1096, 'began turn after turn in one run, each for the moments that had passed in the one before'],
  [2816, 'divided a minute into a hundred parts at a vendor that answers for whole minutes'],
  [2118, 'asked something else in every run, and so never saw the same broken answer again'],
  [366, 'took what others had read while a worker was frozen for the future, and moved the watermark back'],
  [107, 'passed a range that the vendor had deleted, where a clock that was slow had hidden that, and told of no gap'],
  [1120, 'asked early for page after page in a run whose time was over, until the memory was full'],
];
