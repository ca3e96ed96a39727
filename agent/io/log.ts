import { type Logger, pino, stdTimeFunctions } from "pino";
import type { Fact, Level, Tell } from "../../lib/fact.ts";

const severities: Readonly<Record<string, string>> = {
  Fatal: "fatal",
  Error: "error",
  Warning: "warn",
  Info: "info",
  Debug: "debug",
  Trace: "trace",
  None: "silent",
};

/** JSON lines on standard output with the node's name in each; `severity` is Felix's word (FELIX_LOGSEVERITYSCREEN). */
export function openLog(node: string, severity: string): Logger {
  return pino({
    level: severities[severity] ?? "info",
    base: { host: node },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** A listener that writes each fact as one line at the level its table gives; the fact's name is the message. */
export function logFacts<F extends Fact>(log: Logger, levels: Readonly<Record<string, Level>>): Tell<F> {
  return (fact) => {
    const level = levels[fact.fact] ?? "info";
    if (!log.isLevelEnabled(level)) return;
    const { fact: name, ...facts } = fact;
    log[level](facts as object, name);
  };
}

/** How to make two logs as loud as words of Felix's say, while they are in use. */
export interface Loudness {
  /** How loud everything is from now on (FelixConfiguration logSeverityScreen). */
  readonly setSeverity: (severity: string) => void;
  /** How loud BGP is (BGPConfiguration logSeverityScreen); undefined: as everything else. */
  readonly setBgpSeverity: (severity: string | undefined) => void;
}

/** Turns a log and that of BGP; `base` is what holds at first. */
export function loudnessOf(log: Logger, ofBgp: Logger, base: string): Loudness {
  let all = base;
  let bgp: string | undefined;
  const set = (): void => {
    log.level = severities[all] ?? "info";
    ofBgp.level = severities[bgp ?? all] ?? "info";
  };
  return {
    setSeverity(severity) {
      all = severity;
      set();
    },
    setBgpSeverity(severity) {
      bgp = severity;
      set();
    },
  };
}

/** The log of an agent: what BGP says can be made louder or quieter than the rest. */
export interface Logs<F extends Fact> extends Loudness {
  readonly tell: Tell<F>;
}

/** Opens the log; with `all` every fact is written, whatever is said later. */
export function openLogs<F extends Fact>(
  node: string,
  severity: string,
  levels: Readonly<Record<string, Level>>,
  all: boolean,
): Logs<F> {
  const log = openLog(node, all ? "Debug" : severity);
  const ofBgp = log.child({});
  const [toLog, toBgpLog] = [logFacts<F>(log, levels), logFacts<F>(ofBgp, levels)];
  const tell: Tell<F> = (fact) => (fact.fact.startsWith("bgp.") ? toBgpLog(fact) : toLog(fact));
  if (all) return { tell, setSeverity: () => {}, setBgpSeverity: () => {} };
  return { tell, ...loudnessOf(log, ofBgp, severity) };
}
