/** A path below an origin, which may have a path of its own: `/logs` below `https://api.example.com/v1`. */
export function below(origin: string, path: string): string {
  return `${origin.replace(/\/+$/, '')}${path}`;
}
