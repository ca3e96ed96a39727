const units: readonly (readonly [
  seconds: number,
  name: string,
  smaller: number,
  smallerName: string,
  width: number,
])[] = [
  [604800, "w", 86400, "d", 1],
  [86400, "d", 3600, "h", 2],
  [3600, "h", 60, "m", 2],
  [60, "m", 1, "s", 2],
];

/** A time that has passed, in its two largest units: `42s`, `12m05s`, `3d04h`, `5w2d`. */
export function duration(seconds: number): string {
  for (const [unit, name, smaller, smallerName, width] of units) {
    if (seconds < unit) continue;
    const rest = Math.floor((seconds % unit) / smaller);
    return `${Math.floor(seconds / unit)}${name}${String(rest).padStart(width, "0")}${smallerName}`;
  }
  return `${Math.floor(seconds)}s`;
}

/** Octets in the unit that needs at most four digits: `912 B`, `1.5 MiB`. */
export function octets(count: number): string {
  let value = count;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (value < 1024 || unit === "GiB")
      return `${value < 10 && unit !== "B" ? value.toFixed(1) : Math.round(value)} ${unit}`;
    value /= 1024;
  }
  return "";
}

/** `1 path`, `2 paths`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
