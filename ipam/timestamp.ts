const dayMs = 86_400_000;

/** Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant's days_from_civil). */
function daysFrom(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

const shape = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of an RFC 3339 text, or undefined when it is none. */
export function parseTimestamp(text: string): number | undefined {
  const parts = shape.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, ...number[]];
  const zone = parts[8]!;
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset = zone.length === 1 ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  const seconds = hour! * 3600 + (minute! - offset) * 60 + second!;
  return daysFrom(year, month!, day!) * dayMs + seconds * 1000 + Math.floor(Number(parts[7] ?? 0) * 1000);
}
