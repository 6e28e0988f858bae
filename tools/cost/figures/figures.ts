/** Tables by name. The second row of a table is the line below its header. */
export type Figures = Readonly<Record<string, readonly (readonly string[])[]>>;
