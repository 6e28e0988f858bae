/** Headers of every request: the API answers in HAL. */
export const HEADERS = { accept: 'application/hal+json, application/json' };
