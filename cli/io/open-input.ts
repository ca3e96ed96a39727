import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { CliError } from "../error.ts";

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The octets of a file or of standard input (`-`) bit by bit; what gzip packed is unpacked. @throws CliError */
export async function* openInput(path: string): AsyncGenerator<Uint8Array> {
  const source: NodeJS.ReadableStream = path === "-" ? process.stdin : createReadStream(path);
  try {
    let first = true;
    let unpacked: AsyncIterable<Uint8Array> | undefined;
    const rest = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      if (first && isGzip(next.value)) unpacked = gunzip(next.value, rest);
      first = false;
      if (unpacked) yield* unpacked;
      else yield next.value;
    }
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

async function* gunzip(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = createGunzip();
  const feed = async (): Promise<void> => {
    for (let chunk: Uint8Array | undefined = head; chunk; ) {
      if (!unpacker.write(chunk)) await new Promise((resolve) => unpacker.once("drain", resolve));
      const next: IteratorResult<Uint8Array> = await rest.next();
      chunk = next.done ? undefined : next.value;
    }
    unpacker.end();
  };
  feed().catch((error: Error) => unpacker.destroy(error));
  for await (const chunk of unpacker) yield chunk as Uint8Array;
}
