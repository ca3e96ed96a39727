/** Run inside a namespace: prints the status and the body of a page, `0` when nobody answers. */
const url = process.argv[2]!;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
  console.log(`${answer.status}\n${await answer.text()}`);
} catch (error) {
  console.log(`0\n${error instanceof Error ? (error.cause ?? error) : error}`);
}
