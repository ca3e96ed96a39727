/** A version of Calico, as far as it decides the form of what is stored. */
export interface CalicoVersion {
  readonly major: number;
  readonly minor: number;
}

/** Reads `v3.31.2`, `3.32` or `v3.33.0-0.dev-…`; undefined when the text is no version. */
export function parseCalicoVersion(text: string): CalicoVersion | undefined {
  const parts = /^v?([0-9]{1,4})\.([0-9]{1,4})(?:[.+-]|$)/.exec(text);
  return parts ? { major: Number(parts[1]), minor: Number(parts[2]) } : undefined;
}

/** Whether a version is at least `major.minor`. */
export function isAtLeast(version: CalicoVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
