import { readFileSync } from "node:fs";
import { readSpeakerConfig } from "../../agent/speaker/config.ts";
import { ceaseCode } from "../../bgp/iana.ts";
import { openSpeaker } from "../../bgp/io/speaker.ts";
import { NetWire } from "../../bgp/io/wire.ts";

/**
 * The speaker as a library, for what `manx speaker` is never asked to do: farewell.ts CONFIG TEXT speaks until SIGTERM, then
 * ends every session with an administrative shutdown and the text.
 */
const [file = "", text = ""] = process.argv.slice(2);
const reading = readSpeakerConfig(JSON.parse(readFileSync(file, "utf8")));
if (!reading.ok) throw new Error(reading.mistakes.join("\n"));
const { speaker: config, peers } = reading.settings;
const speaker = openSpeaker(config, { tell: (fact) => console.log(JSON.stringify(fact)), wire: new NetWire() });
for (const peer of peers) speaker.setPeer(peer);
speaker.start();
process.once("SIGTERM", () => {
  speaker.close({ kind: "cease", subcode: ceaseCode.adminShutdown, text });
  setTimeout(() => process.exit(0), 500);
});
