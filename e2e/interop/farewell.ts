import { readFileSync } from "node:fs";
import { readSpeakerConfig } from "../../agent/speaker/config.ts";
import { openSpeaker } from "../../bgp/io/speaker.ts";
import { NetWire } from "../../bgp/io/wire.ts";

/**
 * The speaker as a library, for what `manx speaker` is never asked to do: farewell.ts CONFIG TEXT [SECONDS] speaks until
 * SIGTERM, then asks for other ways for so many seconds (RFC 8326), and ends every session with an administrative shutdown
 * and the text.
 */
const [file = "", text = "", waitSeconds = ""] = process.argv.slice(2);
const reading = readSpeakerConfig(JSON.parse(readFileSync(file, "utf8")));
if (!reading.ok) throw new Error(reading.mistakes.join("\n"));
const { speaker: config, peers } = reading.settings;
const speaker = openSpeaker(config, { tell: (fact) => console.log(JSON.stringify(fact)), wire: new NetWire() });
for (const peer of peers) speaker.setPeer(peer);
for (const { prefix, ...route } of reading.settings.routes) speaker.announce(prefix, route);
speaker.start();
process.once("SIGTERM", () => {
  speaker.drain({ waitSeconds: Number(waitSeconds), text }, () => setTimeout(() => process.exit(0), 500));
});
