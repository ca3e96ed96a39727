/** A number as Go's `%.5g` prints it: five digits that count, `1e+05` from a hundred thousand on. */
export function fiveDigits(value: number): string {
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(4).split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 5) return String(Number(value.toPrecision(5)));
  const digits = mantissa.replace(/\.?0+$/, "");
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** A number as Go's `%.f` prints it: whole, halves to the even neighbour. */
export function whole(value: number): string {
  const floor = Math.floor(value);
  const half = value - floor === 0.5;
  return String(half ? floor + (floor % 2) : Math.round(value));
}

/** A count and its share of a total: `5 (8%)`. */
export function share(count: number, total: number): string {
  return `${fiveDigits(count)} (${whole((100 * count) / total)}%)`;
}

/** An AS number as Calico's numorstring prints it: plain. Absent is 0 in Go's zero value. */
export function asText(asn: number | string | undefined): string {
  return asn === undefined ? "0" : String(asn);
}
