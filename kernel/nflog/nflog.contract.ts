import assert from "node:assert/strict";
import { formatAddress } from "../../net/address-text.ts";
import { type Family, families } from "../../net/family.ts";
import type { LoggedPacket } from "./logged-packet.ts";
import type { NflogListener, NflogPort, OpenNflog } from "./port.ts";

/**
 * Somebody who sends UDP from the loopback address of a family to itself, port 7777, and a rule that logs it at its
 * output, with mark 7 and the words `udp of FAMILY`, to group 77.
 */
export interface NflogWorld {
  readonly open: OpenNflog;
  readonly netns: { readonly netns?: string };
  /** ifindex of the loopback. */
  readonly loopback: number;
  send(family: Family, payload: string): void;
  eventually(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}

/** What every `OpenNflog` promises. */
export function nflogContract(make: () => NflogWorld): void {
  let world: NflogWorld;
  let heard: LoggedPacket[];
  let lost: number;
  const ports: NflogPort[] = [];
  beforeEach(() => {
    world = make();
    heard = [];
    lost = 0;
  });
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
    world?.close();
  });

  const listener: NflogListener = {
    packet: (packet) => heard.push(packet),
    lost: (count) => (lost += count),
    failed: (error) => assert.fail(error),
  };
  const bind = async (more: { readonly group?: number; readonly copyRange?: number } = {}): Promise<NflogPort> => {
    const port = await world.open({ ...world.netns, group: 77, ...more }, listener);
    ports.push(port);
    return port;
  };

  for (const family of families) {
    it(`tells an ${family} packet with its rule's words, place, mark and headers`, async () => {
      await bind();
      world.send(family, "hello");
      await world.eventually("the packet", () => heard.length === 1);
      const { headers, octets, ...packet } = heard[0]!;
      assert.equal(packet.prefix, `udp of ${family}`);
      assert.equal(packet.hook, "output");
      assert.equal(packet.inInterface, 0);
      assert.equal(packet.outInterface, world.loopback);
      assert.equal(packet.mark, 7);
      const own = family === "ipv4" ? "127.0.0.1" : "::1";
      assert.deepEqual([headers!.source, headers!.destination].map(formatAddress), [own, own]);
      assert.deepEqual([headers!.protocol, headers!.destinationPort], [17, 7777]);
      assert.ok(headers!.sourcePort! > 0);
      assert.equal(headers!.length, (family === "ipv4" ? 28 : 48) + "hello".length);
      assert.equal(new TextDecoder().decode(octets.subarray(-5)), "hello");
      assert.equal(lost, 0);
    });
  }

  it("tells packets in their order, and no more octets than the copy range", async () => {
    await bind({ copyRange: 28 });
    for (const word of ["a", "bb", "ccc"]) world.send("ipv4", word);
    await world.eventually("three packets", () => heard.length === 3);
    assert.deepEqual(
      heard.map(({ headers }) => headers!.length - 28),
      [1, 2, 3],
    );
    assert.ok(heard.every(({ octets }) => octets.length === 28));
  });

  it("gives a group to one listener at a time; close frees it and ends the telling", async () => {
    const first = await bind();
    await assert.rejects(bind(), { code: "kernel/refused", errno: "EPERM" });
    await bind({ group: 78 });
    first.close();
    first.close();
    world.send("ipv4", "nobody");
    await bind();
    world.send("ipv4", "somebody");
    await world.eventually("the packet", () => heard.length === 1);
    assert.equal(heard[0]!.headers!.length, 28 + "somebody".length);
  });
}
