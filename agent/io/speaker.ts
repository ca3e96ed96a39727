import { join } from "node:path";
import type { Logger } from "pino";
import { type BgpFact, bgpLevels } from "../../bgp/fact.ts";
import { openSpeaker } from "../../bgp/io/speaker.ts";
import { NetWire } from "../../bgp/io/wire.ts";
import { planText } from "../../bgp/plan/plan-text.ts";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import { warmUp } from "../../bgp/speaker/warm-up.ts";
import type { Wire } from "../../bgp/wire.ts";
import { type KernelFact, kernelLevels } from "../../kernel/fact.ts";
import { ManxError } from "../../lib/error.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { formatAddress } from "../../net/address-text.ts";
import { answerBgp } from "../bgp/answer.ts";
import { speakerArguments, speakerUsage } from "../speaker/arguments.ts";
import type { SpeakerSettings } from "../speaker/config.ts";
import { needsBfd, needsDiscovery, needsKernelSockets, planSettings } from "../speaker/reload.ts";
import type { UnnumberedPeers } from "../unnumbered/peers.ts";
import type { BfdThread } from "./bfd.ts";
import { serveLines } from "./line-socket.ts";
import { logFacts, openLog } from "./log.ts";
import { readSpeakerFile, SpeakerFile } from "./speaker-file.ts";
import type { SpeakerKernel } from "./speaker-kernel.ts";

/** How long what is queued may take to leave at the end. */
const farewellMs = 200;

/** The settings in a file, or the reasons why not on standard error. */
function readSettings(file: string): SpeakerSettings | undefined {
  const reading = readSpeakerFile(file);
  if (reading.ok) return reading.settings;
  for (const mistake of reading.mistakes) console.error(`manx speaker: ${file}: ${mistake}`);
  return undefined;
}

/** Sockets by node:net unless somebody asks for more than it has. */
async function openWire(settings: SpeakerSettings): Promise<Wire> {
  if (!needsKernelSockets(settings)) return new NetWire();
  const { KernelWire } = await import("./kernel-wire.ts");
  const { ifindexOf } = await import("./ifindex.ts");
  return new KernelWire(ifindexOf);
}

/** A thread for BFD when somebody asks for it; it starts with the first peer that does. */
async function openBfd(settings: SpeakerSettings, tell: Tell<BgpFact>): Promise<BfdThread | undefined> {
  if (!needsBfd(settings)) return undefined;
  const { BfdThread } = await import("./bfd.ts");
  return new BfdThread(tell);
}

/** Peers that are found on their interfaces, when somebody asks for such. @throws KernelError */
async function openUnnumbered(
  settings: SpeakerSettings,
  speaker: Speaker,
  tell: Tell<KernelFact>,
): Promise<UnnumberedPeers | undefined> {
  if (!needsDiscovery(settings)) return undefined;
  const { openUnnumberedPeers } = await import("./unnumbered.ts");
  const peers = openUnnumberedPeers(speaker, settings.speaker.families, tell);
  peers.set(settings.unnumberedPeers);
  return peers;
}

/** Answers `manxctl bgp` on a socket; a speaker that may not make one runs all the same. */
async function serveQuestions(speaker: Speaker, log: Logger, unnumbered?: UnnumberedPeers): Promise<void> {
  const path = join(process.env["MANX_RUN_DIR"] || "/run/manx", "speaker.sock");
  try {
    await serveLines(path, async (line) => {
      try {
        return answerBgp(line, speaker, systemClock.wall(), unnumbered);
      } catch (error) {
        if (!(error instanceof ManxError)) throw error;
        return { ok: false, code: error.code, message: error.message, facts: error.facts };
      }
    });
  } catch (error) {
    log.warn({ path, why: (error as Error).message }, "speaker.no-socket");
  }
}

/** /metrics for Prometheus, where the file asks for it. @throws the system's error when it cannot listen */
async function serveMetrics(speaker: Speaker, { metrics }: SpeakerSettings): Promise<void> {
  if (!metrics) return;
  const { openSpeakerMetrics } = await import("./speaker-metrics.ts");
  const { servePages } = await import("./http.ts");
  const page = openSpeakerMetrics(speaker);
  await servePages(formatAddress(metrics.address), metrics.port, {
    "/metrics": async () => ({ code: 200, type: "text/plain", body: await page() }),
  });
}

async function run(file: string, settings: SpeakerSettings): Promise<void> {
  const log = openLog("speaker", "Info");
  const tell = logFacts(log, { ...bgpLevels, ...kernelLevels });
  let kernel: SpeakerKernel | undefined;
  if (settings.kernel !== "none") {
    const { openSpeakerKernel } = await import("./speaker-kernel.ts");
    kernel = await openSpeakerKernel(settings.kernel, tell);
  }
  const preserved = kernel?.preserved ?? [];
  const restart = { restarting: preserved.length > 0, forwardingPreserved: preserved };
  const bfd = await openBfd(settings, tell);
  const forwarding = kernel && { sink: kernel.routes, nextHops: kernel.routes };
  const speaker = openSpeaker(
    { ...settings.speaker, restart },
    { tell, wire: await openWire(settings), ...forwarding, ...(bfd && { bfd }) },
  );
  for (const peer of settings.peers) speaker.setPeer(peer);
  speaker.setDynamicPeers(settings.dynamicPeers);
  for (const { prefix, ...route } of settings.routes) speaker.announce(prefix, route);
  warmUp(settings.speaker.families);
  const unnumbered = await openUnnumbered(settings, speaker, tell);
  await serveQuestions(speaker, log, unnumbered);
  await serveMetrics(speaker, settings);
  speaker.start();
  const config = new SpeakerFile(file, settings, speaker, log, unnumbered);
  process.on("SIGHUP", () => config.reload());
  log.info({ file, peers: settings.peers.length + settings.unnumberedPeers.length }, "speaker.ready");
  process.on("SIGUSR1", () => log.info({ ...speaker.status(), waiting: unnumbered?.waiting() ?? [] }, "status"));
  const end = (): void => {
    unnumbered?.close();
    stop(speaker, kernel);
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

/** Closes TCP without a word: peers with graceful restart keep our routes, and the kernel keeps forwarding (RFC 4724 4.1). */
function stop(speaker: Speaker, kernel: SpeakerKernel | undefined): void {
  speaker.close({ kind: "silent" });
  kernel?.close();
  setTimeout(() => process.exit(0), farewellMs);
}

async function main(argv: readonly string[]): Promise<void> {
  const wish = speakerArguments(argv);
  if (wish === undefined) {
    console.error(speakerUsage);
    process.exitCode = 2;
    return;
  }
  const settings = readSettings(wish.config);
  const running = wish.plan === undefined ? undefined : readSettings(wish.plan);
  if (!settings || (wish.plan !== undefined && !running)) {
    process.exitCode = 1;
    return;
  }
  if (running) {
    process.stdout.write(planText(planSettings(running, settings)));
    return;
  }
  try {
    await run(wish.config, settings);
  } catch (error) {
    console.error(`manx speaker: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

await main(process.argv.slice(2));
