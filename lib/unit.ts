declare const unit: unique symbol;

/** A number that remembers its unit. Erased at run time. */
export type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Milliseconds on the monotonic clock, or a span of them; never wall-clock time. */
export type Millis = Unit<"ms">;

/** Says of a plain number that it counts milliseconds. */
export function millis(value: number): Millis {
  return value as Millis;
}

/** A span given in seconds, as milliseconds. */
export function seconds(value: number): Millis {
  return (value * 1000) as Millis;
}
