import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { bgpLevels } from "../../bgp/fact.ts";
import { openSpeaker } from "../../bgp/io/speaker.ts";
import { readSpeakerConfig, type SpeakerSettings } from "../speaker/config.ts";
import { logFacts, openLog } from "./log.ts";

const usage = "usage: manx speaker --config FILE";

/** The settings in a file, or the reasons why not on standard error. */
function readSettings(file: string): SpeakerSettings | undefined {
  let document: unknown;
  try {
    document = load(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`manx speaker: ${file}: ${(error as Error).message}`);
    return undefined;
  }
  const reading = readSpeakerConfig(document);
  if (reading.ok) return reading.settings;
  for (const mistake of reading.mistakes) console.error(`manx speaker: ${file}: ${mistake}`);
  return undefined;
}

function main(argv: readonly string[]): void {
  const file = argv[0] === "--config" ? argv[1] : undefined;
  if (file === undefined || argv.length !== 2) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const settings = readSettings(file);
  if (!settings) {
    process.exitCode = 1;
    return;
  }
  const log = openLog("speaker", "Info");
  const speaker = openSpeaker(settings.speaker, { tell: logFacts(log, bgpLevels) });
  for (const peer of settings.peers) speaker.setPeer(peer);
  speaker.setDynamicPeers(settings.dynamicPeers);
  for (const { prefix, med } of settings.routes) speaker.announce(prefix, med === undefined ? {} : { med });
  speaker.start();
  process.on("SIGUSR1", () => log.info(speaker.status(), "status"));
  const stop = (): void => {
    speaker.close({ kind: "silent" });
    setTimeout(() => process.exit(0), 100);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main(process.argv.slice(2));
