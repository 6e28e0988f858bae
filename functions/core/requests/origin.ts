/** Joins an origin, which may have a path of its own, and a path: `https://api.example.com/v1` and `/logs`. */
export function below(origin: string, path: string): string {
  return `${origin.replace(/\/+$/, '')}${path}`;
}
