import type { PodSpec } from "./topology.ts";

/** What a scenario does to the cluster; a driver has carried it out when `act` resolves. */
export type Action =
  /** Writes resources as a user would, with `manxctl apply`; the text is YAML with any number of documents. */
  | { readonly do: "apply"; readonly yaml: string }
  /** Deletes the resources of the text, with `manxctl delete`. */
  | { readonly do: "delete"; readonly yaml: string }
  | { readonly do: "attach"; readonly pod: PodSpec }
  | { readonly do: "detach"; readonly pod: string }
  /** `stop` asks the agent to end (SIGTERM) and waits for it; `kill` does not ask (SIGKILL). */
  | { readonly do: "agent"; readonly node: string; readonly how: "start" | "stop" | "kill" }
  | { readonly do: "datastore"; readonly how: "start" | "stop" }
  /** Takes the cable of a node, router or client out, or puts it back. */
  | { readonly do: "link"; readonly of: string; readonly how: "cut" | "mend" }
  /** Begins or ends sending a ping on every pair and family at this interval; the count is `losses`. */
  | { readonly do: "stream"; readonly how: "start"; readonly everyMs: number }
  | { readonly do: "stream"; readonly how: "stop" }
  /** Lets the cluster be for a while, for what must not change in that time. */
  | { readonly do: "pass"; readonly seconds: number };

/** An action as a line of a log. */
export function describeAction(action: Action): string {
  switch (action.do) {
    case "apply":
    case "delete":
      return `${action.do} ${kindsOf(action.yaml)}`;
    case "attach":
      return `attach ${action.pod.namespace}/${action.pod.name} to ${action.pod.node}`;
    case "detach":
      return `detach ${action.pod}`;
    case "agent":
      return `${action.how} the agent of ${action.node}`;
    case "datastore":
      return `${action.how} the datastore`;
    case "link":
      return `${action.how} the link of ${action.of}`;
    case "stream":
      return action.how === "start" ? `ping every pair every ${action.everyMs} ms` : "end the pings";
    case "pass":
      return `wait ${action.seconds} s`;
  }
}

/** `Kind name` of every document, as far as the text says so; good for a log, not a parser. */
function kindsOf(yaml: string): string {
  const found = yaml.split(/^---$/m).map((document) => {
    const kind = /^kind:\s*(\S+)/m.exec(document)?.[1];
    const name = /^ {2}name:\s*(\S+)/m.exec(document)?.[1];
    return kind === undefined ? undefined : `${kind} ${name ?? "?"}`;
  });
  return found.filter((text) => text !== undefined).join(", ");
}
