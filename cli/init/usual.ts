/** The name of a connection, unless another one is given. */
export const USUAL_CONNECTION = 'main';
