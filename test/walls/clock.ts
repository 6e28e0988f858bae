const CLOCK = /\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(|\bnew Date\(\)|\brandomUUID\(|\brandomBytes\(/;

/** The lines that read a clock, or draw a random number. */
export function clocksIn(text: string): string[] {
  return text.split('\n').filter((line) => CLOCK.test(line));
}
