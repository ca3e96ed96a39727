import type { Levels } from "../lib/fact.ts";

/** Everything the agent itself can say; the rooms below it have their own. */
export type AgentFact =
  | { readonly fact: "agent.starting"; readonly version: string; readonly datastore: string }
  | { readonly fact: "agent.configuration"; readonly problem: string }
  | { readonly fact: "agent.registered"; readonly ipv4: string; readonly ipv6: string; readonly asn: number }
  | { readonly fact: "agent.registration-failed"; readonly why: string; readonly retrySeconds: number }
  | { readonly fact: "agent.resource-invalid"; readonly key: string; readonly why: string }
  /** A field of a policy says nothing that can be done: a rule of such a field denies, a policy applies to nothing. */
  | { readonly fact: "agent.policy-unreadable"; readonly problem: string }
  | { readonly fact: "agent.policy-readable"; readonly problem: string }
  | { readonly fact: "agent.paused"; readonly why: string }
  | { readonly fact: "agent.resumed" }
  | { readonly fact: "agent.programming"; readonly millis: number; readonly routes: number; readonly endpoints: number }
  | { readonly fact: "agent.setting-failed"; readonly setting: string; readonly why: string }
  | {
      readonly fact: "agent.workload";
      readonly request: string;
      readonly workload: string;
      readonly millis: number;
      readonly outcome: string;
    }
  /** Something of this machine is set so that packets are lost that nobody denies. */
  | { readonly fact: "agent.setting-conflict"; readonly why: string }
  /** Which firewall was chosen, and what decided. */
  | { readonly fact: "agent.firewall"; readonly kind: string; readonly why: string }
  | { readonly fact: "agent.firewall-failed"; readonly why: string; readonly retrySeconds: number }
  /** What another firewall held of ours, from a life before, has been taken away. */
  | { readonly fact: "agent.firewall-left"; readonly kind: string }
  | { readonly fact: "agent.firewall-left-failed"; readonly kind: string; readonly why: string }
  | { readonly fact: "agent.links-lost"; readonly why: string }
  | { readonly fact: "agent.routes-lost"; readonly why: string }
  | { readonly fact: "agent.bgp"; readonly state: "started" | "restarted" | "off"; readonly why: string }
  | {
      readonly fact: "agent.secret";
      readonly file: string;
      readonly state: "read" | "changed" | "missing" | "bad";
    }
  | {
      readonly fact: "agent.endpoint-status-failed";
      readonly sink: string;
      readonly why: string;
      readonly retrySeconds: number;
    }
  | { readonly fact: "agent.node-status-failed"; readonly name: string; readonly why: string }
  | { readonly fact: "agent.stopping"; readonly signal: string };

/** How loud each fact is. */
export const agentLevels: Levels<AgentFact> = {
  "agent.starting": "info",
  "agent.configuration": "error",
  "agent.registered": "info",
  "agent.registration-failed": "warn",
  "agent.resource-invalid": "warn",
  "agent.policy-unreadable": "error",
  "agent.policy-readable": "info",
  "agent.paused": "warn",
  "agent.resumed": "info",
  "agent.programming": "info",
  "agent.setting-failed": "warn",
  "agent.workload": "info",
  "agent.setting-conflict": "warn",
  "agent.firewall": "info",
  "agent.firewall-failed": "error",
  "agent.firewall-left": "info",
  "agent.firewall-left-failed": "warn",
  "agent.links-lost": "warn",
  "agent.routes-lost": "warn",
  "agent.bgp": "info",
  "agent.secret": "info",
  "agent.endpoint-status-failed": "warn",
  "agent.node-status-failed": "warn",
  "agent.stopping": "info",
};
