/** Tables by their names: the second row is the rule below the head. */
export type Figures = Readonly<Record<string, readonly (readonly string[])[]>>;
