import assert from "node:assert/strict";
import { waitFor } from "../lab/wait.ts";
import { bird } from "./daemon/bird.ts";
import { addressOf, Link } from "./link.ts";
import { OurSpeaker } from "./ours.ts";
import { asn, ourConfig, ourPeer } from "./ours-config.ts";

/** Subnets, each with one thing that is wrong. */
const net = { theirView: 0, ourView: 1, password: 2, deaf: 3 } as const;

/** An address of a network that no router here knows. */
const elsewhere = "10.98.0.2";

describe("why a session is down, against a real peer", function () {
  this.timeout(60_000);
  let link: Link;
  let ours: OurSpeaker;

  before(async () => {
    link = await Link.make();
    const neighbour = (subnet: number, more: object = {}) => ({
      address: addressOf("us", subnet),
      localAddress: addressOf("them", subnet),
      asn: asn.us,
      families: ["ipv4"] as const,
      ...more,
    });
    await bird.open(link.them).start({
      asn: asn.them,
      routerId: addressOf("them", 0),
      kernel: false,
      routes: [],
      neighbours: [
        neighbour(net.theirView, { asn: 64999 }),
        neighbour(net.ourView),
        neighbour(net.password, { password: "wrong" }),
      ],
    });
    ours = new OurSpeaker(link.us);
    const families = ["ipv4"];
    await ours.start(
      ourConfig({
        routes: [],
        peers: [
          ourPeer(net.theirView, { families }),
          ourPeer(net.ourView, { families, asn: 64998 }),
          ourPeer(net.password, { families, password: "right" }),
          ourPeer(net.deaf, { families }, "ipv4", "us", "friend"),
          { address: elsewhere, asn: asn.them, families, connectRetrySeconds: 1 },
        ],
      }),
    );
  });

  after(async () => {
    await link?.close();
  });

  /** The status says this of a peer, within the deadline. */
  async function says(peer: string, ...words: readonly RegExp[]): Promise<void> {
    let why = "";
    await waitFor(`why ${peer} is down`, 20_000, async () => {
      ({ why } = await ours.peer(peer));
      return words.every((word) => word.test(why)) ? true : undefined;
    }).catch((cause: unknown) => {
      throw new Error(`${peer}: "${why}" is not like ${words.join(" and ")}`, { cause });
    });
    assert.notEqual((await ours.peer(peer)).state, "Established");
  }

  it("the peer has another AS for us: its NOTIFICATION, and our AS to compare", () =>
    says(addressOf("them", net.theirView), /Bad Peer AS/i, /configured for another AS than ours, 65001/));

  it("we have another AS for the peer: which one it has", () =>
    says(addressOf("them", net.ourView), /the peer is AS 65002, configured is AS 64998/));

  it("another password: nothing answers, and passwords are named", () =>
    says(addressOf("them", net.password), /^no answer for \d+ s/, /MD5 passwords may differ/));

  it("nobody listens at the peer", () => says(addressOf("friend", net.deaf), /nothing listens at the peer's port/));

  it("the peer is in a network without a way", () => says(elsewhere, /this machine has no route to the peer/));
});
