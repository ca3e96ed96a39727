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

/** How to make a log as loud as a word says while it is in use; as `base` says where there is none. */
export function severityOf(log: Logger, base: string): (severity: string | undefined) => void {
  return (severity) => {
    log.level = severities[severity ?? base] ?? "info";
  };
}
