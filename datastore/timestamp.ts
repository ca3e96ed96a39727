/** Days since 1970 as year, month (1 to 12) and day. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
function civilDay(days: number): readonly [number, number, number] {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36524) + Math.floor(dayOfEra / 146096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** Milliseconds since 1970 as RFC 3339 in UTC, whole seconds, as Kubernetes writes times: `2026-11-21T01:08:52Z`. */
export function formatTimestamp(wallMs: number): string {
  const seconds = Math.floor(wallMs / 1000);
  const [year, month, day] = civilDay(Math.floor(seconds / 86400));
  const second = seconds - Math.floor(seconds / 86400) * 86400;
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map((part) => digits(part, 2));
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${time.join(":")}Z`;
}
