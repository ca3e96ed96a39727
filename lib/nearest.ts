/** How many letters must be put in, left out, changed or swapped to make one word of the other (optimal alignment). */
export function distance(x: string, y: string): number {
  let before: number[] = [];
  let above = Array.from({ length: y.length + 1 }, (_, j) => j);
  for (let i = 1; i <= x.length; i++) {
    const row = [i];
    for (let j = 1; j <= y.length; j++) {
      const same = x[i - 1] === y[j - 1] ? 0 : 1;
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      const swapped = i > 1 && j > 1 && x[i - 1] === y[j - 2] && x[i - 2] === y[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, above] = [above, row];
  }
  return above[y.length]!;
}

/** The word most like the given one, the first of equals, or undefined when none is near enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const folded = word.toLowerCase().slice(0, 64);
  const limit = Math.max(2, Math.floor(folded.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of words) {
    const far = distance(folded, candidate.toLowerCase());
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}
