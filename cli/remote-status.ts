import { decodeResource } from "../datastore/decode.ts";
import type { CalicoNodeStatus } from "../datastore/model/calico-node-status.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import { objectName, resourcePath } from "../datastore/resource-key.ts";
import type { Watch } from "../datastore/store.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import { seconds } from "../lib/unit.ts";
import { CliError } from "./error.ts";
import { type RemoteStatus, remoteStatusText } from "./remote-status-text.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { prepareStore, type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `node status --node` can be told. */
export interface RemoteStatusOptions extends StoreOptions, SaidOptions {
  readonly node: string;
  readonly wait?: string;
  readonly routes?: boolean;
}

/** How often the node is to answer while we wait: Calico's default. */
const periodSeconds = 10;
const classes = ["Agent", "BGP", "Routes"] as const;

const keyFor = (node: string) => ({ kind: "CalicoNodeStatus", name: `manxctl-${node}` }) as const;

interface Asked {
  readonly revision: number;
  /** When the node had answered last, before we asked. */
  readonly before: string;
  readonly created: boolean;
}

function updatedAt({ status }: CalicoNodeStatus): string {
  const { lastUpdated } = (status ?? {}) as { readonly lastUpdated?: unknown };
  return typeof lastUpdated === "string" ? lastUpdated : "";
}

/** Writes the request, or takes one that somebody else has written already. */
async function request({ client, store }: Session, node: string): Promise<Asked> {
  const key = keyFor(node);
  const there = await store.get(resourcePath(key));
  const spec = { node, classes: [...classes], updatePeriodSeconds: periodSeconds };
  const before = there ? await client.get(key) : undefined;
  const { resource, created } = await client.apply<CalicoNodeStatus>({
    kind: "CalicoNodeStatus",
    apiVersion,
    metadata: { name: key.name },
    spec,
    ...(before?.status && { status: before.status }),
  });
  return { revision: Number(resource.metadata.resourceVersion), before: before ? updatedAt(before) : "", created };
}

/** The first answer that is newer than the request, or undefined when none comes in time. */
function answerTo(
  shell: Shell,
  { store }: Session,
  node: string,
  asked: Asked,
  wait: number,
): Promise<RemoteStatus | undefined> {
  const key = keyFor(node);
  return new Promise((resolve) => {
    let watch: Watch | undefined;
    const end = (status: RemoteStatus | undefined): void => {
      watch?.cancel();
      cancel();
      resolve(status);
    };
    const cancel = shell.clock.after(seconds(wait), () => end(undefined));
    watch = store.watch(resourcePath(key), asked.revision, (message) => {
      for (const event of message.kind === "events" ? message.events : []) {
        if (event.kind !== "put" || event.key !== resourcePath(key)) continue;
        const decoded = decodeResource(key, event.value);
        if (!decoded.ok || updatedAt(decoded.value) === "") continue;
        if (updatedAt(decoded.value) !== asked.before) return end(decoded.value.status as RemoteStatus);
      }
    });
  });
}

/** No answer came from a node in time. */
export class NoAnswer extends CliError {}

/** What a node says of itself now, asked through the datastore. @throws NoAnswer, ResourceAbsent when there is no such Node */
export async function askNode(shell: Shell, session: Session, node: string, wait: number): Promise<RemoteStatus> {
  const { client, store } = session;
  await client.get({ kind: "Node", name: node });
  await prepareStore(shell, session);
  const asked = await request(session, node);
  try {
    const status = await answerTo(shell, session, node, asked, wait);
    if (status) return status;
    throw new NoAnswer(
      `no answer from node ${node} within ${wait} s: is its agent running, and does it reach the datastore?`,
    );
  } finally {
    // Who came first deletes it; an unconditional delete, since the node writes into it.
    if (asked.created) await store.commit([], [], [resourcePath(keyFor(node))]);
  }
}

/**
 * `manxctl node status --node N`: asks another node's agent through the datastore, with a CalicoNodeStatus that it fills; ours
 * or Calico's. No port is opened. @throws CliError when no answer comes in time
 */
export async function remoteStatus(shell: Shell, options: RemoteStatusOptions): Promise<void> {
  const form = saidForm(options);
  const { node, wait = "30" } = options;
  if (!/^[1-9][0-9]{0,3}$/.test(wait)) throw new CliError(`--wait = '${wait}'; whole seconds from 1 would be right`);
  if (!/^[a-z0-9]([-a-z0-9.]{0,240}[a-z0-9])?$/.test(node)) {
    throw new CliError(
      `--node = '${node}': ${objectName({ kind: "Node", name: node })} cannot exist; a node's name would be right`,
    );
  }
  const status = await withStore(shell, options, (session) => askNode(shell, session, node, Number(wait)));
  say(shell, form, status, () =>
    remoteStatusText(node, status, options.routes ?? false, formatTimestamp(shell.clock.wall())),
  );
}
