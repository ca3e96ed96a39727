/** The last word of each pod in a journal of lines `word pod`; a line that was cut short counts for nothing. */
export function lastWords(journal: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const line of journal.split("\n").slice(0, -1)) {
    const [word, pod] = line.split(" ");
    if (word && pod) words.set(pod, word);
  }
  return words;
}
