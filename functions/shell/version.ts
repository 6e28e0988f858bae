/** The version of the program, the one in package.json: `npm run generate` writes this file. */
export const VERSION = '0.1.0';
