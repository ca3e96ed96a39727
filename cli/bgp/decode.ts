import { Decoder } from "../capture/decoder.ts";
import type { Shell } from "../shell.ts";

/** Objects that are gathered before they are printed. */
const linesAtOnce = 500;

/** `manxctl bgp decode [FILE]`: the messages in hexadecimal text, pcap, pcapng or MRT, as JSON lines; gzip is unpacked. */
export async function bgpDecode(shell: Shell, file: string): Promise<void> {
  let lines: string[] = [];
  const print = (): void => {
    if (lines.length > 0) shell.print(`${lines.join("\n")}\n`);
    lines = [];
  };
  const decoder = new Decoder((object) => {
    lines.push(JSON.stringify(object));
    if (lines.length >= linesAtOnce) print();
  });
  try {
    for await (const chunk of shell.open(file)) decoder.push(chunk);
    decoder.end();
  } finally {
    print();
  }
}
