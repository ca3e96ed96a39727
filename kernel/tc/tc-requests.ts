import { errno } from "../errno.ts";
import { KernelError } from "../error.ts";
import type { Link } from "../links.ts";
import type { NetlinkClient, WriteBody } from "../netlink/client.ts";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../netlink/header.ts";
import { k } from "../rtnetlink/constants.ts";
import { decodeLink, encodeLinkDump, encodeLinkQuery } from "../rtnetlink/link.ts";
import { tc } from "./constants.ts";
import { encodeIfb, encodeIfbUp } from "./ifb-message.ts";
import {
  decodeQdisc,
  encodeBucket,
  encodeBucketQuery,
  encodeIngress,
  encodeTcHeader,
  type Qdisc,
} from "./qdisc-message.ts";
import {
  decodeRedirection,
  encodeFilterDump,
  encodeRedirection,
  encodeRedirectionDeletion,
  type Redirection,
} from "./redirection-message.ts";
import type { Bucket } from "./shaping.ts";

const create = NLM_F_CREATE | NLM_F_EXCL;

/** The single requests that shaping is made of. Making what is there and deleting what is not are fine. */
export class TcRequests {
  readonly #client: NetlinkClient;

  constructor(client: NetlinkClient) {
    this.#client = client;
  }

  links(): Promise<Link[]> {
    return this.#client.dump(k.RTM_GETLINK, encodeLinkDump, decodeLink, "dump of links");
  }

  /** @throws KernelError `kernel/refused` ENODEV when it is not there */
  async link(which: string | number): Promise<Link> {
    const query: WriteBody = (w) => encodeLinkQuery(w, which);
    return (await this.#client.get(k.RTM_GETLINK, query, decodeLink, `query of link ${which}`))[0]!;
  }

  qdiscs(): Promise<Qdisc[]> {
    return this.#client.dump(tc.RTM_GETQDISC, (w) => encodeTcHeader(w, 0), decodeQdisc, "dump of queues");
  }

  redirections(ifindex: number): Promise<Redirection[]> {
    const body: WriteBody = (w) => encodeFilterDump(w, ifindex);
    return this.#client.dump(tc.RTM_GETTFILTER, body, decodeRedirection, `dump of filters of link ${ifindex}`);
  }

  setBucket(ifindex: number, bucket: Bucket): Promise<void> {
    const body: WriteBody = (w) => encodeBucket(w, ifindex, bucket);
    const flags = NLM_F_CREATE | NLM_F_REPLACE;
    return this.#client.request(tc.RTM_NEWQDISC, flags, body, `setting of the bucket of link ${ifindex}`);
  }

  deleteBucket(ifindex: number): Promise<void> {
    const body: WriteBody = (w) => encodeBucketQuery(w, ifindex);
    const operation = `deletion of the bucket of link ${ifindex}`;
    return this.#client.request(tc.RTM_DELQDISC, 0, body, operation).catch(unless(notThisOne));
  }

  createIngress(ifindex: number): Promise<void> {
    const body: WriteBody = (w) => encodeIngress(w, ifindex);
    return this.#creation(tc.RTM_NEWQDISC, body, `creation of the ingress queue of link ${ifindex}`);
  }

  deleteIngress(ifindex: number): Promise<void> {
    const body: WriteBody = (w) => encodeIngress(w, ifindex);
    return this.#deletion(tc.RTM_DELQDISC, body, `deletion of the ingress queue of link ${ifindex}`);
  }

  redirect(ifindex: number, target: number): Promise<void> {
    const body: WriteBody = (w) => encodeRedirection(w, ifindex, target);
    return this.#client.request(tc.RTM_NEWTFILTER, create, body, `redirection of link ${ifindex} to link ${target}`);
  }

  deleteRedirection(ifindex: number, handle: number): Promise<void> {
    const body: WriteBody = (w) => encodeRedirectionDeletion(w, ifindex, handle);
    return this.#deletion(tc.RTM_DELTFILTER, body, `deletion of a redirection of link ${ifindex}`);
  }

  createIfb(name: string, mtu: number): Promise<void> {
    return this.#creation(k.RTM_NEWLINK, (w) => encodeIfb(w, name, mtu), `creation of the device ${name}`);
  }

  raiseIfb(ifindex: number, mtu: number): Promise<void> {
    return this.#client.request(k.RTM_NEWLINK, 0, (w) => encodeIfbUp(w, ifindex, mtu), `change of link ${ifindex}`);
  }

  deleteLink(ifindex: number): Promise<void> {
    const body: WriteBody = (w) => encodeLinkQuery(w, ifindex);
    return this.#deletion(k.RTM_DELLINK, body, `deletion of link ${ifindex}`);
  }

  #creation(type: number, body: WriteBody, operation: string): Promise<void> {
    return this.#client.request(type, create, body, operation).catch(unless(thereAlready));
  }

  #deletion(type: number, body: WriteBody, operation: string): Promise<void> {
    return this.#client.request(type, 0, body, operation).catch(unless(goneAlready));
  }
}

const thereAlready: ReadonlySet<number> = new Set([errno.EEXIST]);
const goneAlready: ReadonlySet<number> = new Set([errno.ENOENT, errno.ENODEV]);
/** EINVAL is what Linux says of a queue at the root that is not the one named: of another handle or kind. */
const notThisOne: ReadonlySet<number> = new Set([...goneAlready, errno.EINVAL]);

function unless(fine: ReadonlySet<number>): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof KernelError) || error.code !== "kernel/refused" || !fine.has(error.facts.errno)) throw error;
  };
}
