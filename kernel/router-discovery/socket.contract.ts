import assert from "node:assert/strict";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { encodeMessage } from "./codec.ts";
import { ownAdvertisement } from "./link-discovery.ts";
import { allNodes, allRouters } from "./message.ts";
import type { DiscoveryArrival, DiscoveryOpen, DiscoverySocket, OpenDiscovery } from "./port.ts";

/** One end of a link that has two. */
export interface DiscoveryEnd {
  readonly open: OpenDiscovery;
  readonly where: DiscoveryOpen;
  readonly address: Address;
}

/** A link with two ends, for the contract. */
export interface DiscoveryLab {
  readonly ends: readonly [DiscoveryEnd, DiscoveryEnd];
  /** Waits until it holds. */
  until(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}

/** What every socket of router discovery does, real or simulated. */
export function discoverySocketContract(name: string, makeLab: () => Promise<DiscoveryLab>): void {
  describe(`sockets of router discovery: ${name}`, () => {
    let lab: DiscoveryLab;
    let heard: DiscoveryArrival[][];
    let sockets: DiscoverySocket[];
    beforeEach(async () => {
      lab = await makeLab();
      heard = [[], []];
      sockets = lab.ends.map(({ open, where }, i) =>
        open(where, {
          received: (one) => void heard[i]!.push({ ...one, octets: one.octets.slice() }),
          failed: (error) => assert.fail(error),
        }),
      );
    });
    afterEach(() => {
      for (const socket of sockets) socket.close();
      lab.close();
    });

    const advertisement = encodeMessage(ownAdvertisement("02:00:00:00:00:07"));
    const solicitation = encodeMessage({ kind: "solicitation", mac: "" });

    it("carry both messages to the other end, with who sent them and the hop limit, and not back", async () => {
      assert.equal(sockets[0]!.send(advertisement, allNodes), 0);
      assert.equal(sockets[1]!.send(solicitation, allRouters), 0);
      await lab.until("both are heard", () => heard[1]!.length === 1 && heard[0]!.length === 1);
      const [first] = heard[1]!;
      assert.deepEqual([formatAddress(first!.source), first!.hopLimit], [formatAddress(lab.ends[0].address), 255]);
      assert.deepEqual([...first!.octets.subarray(4)], [...advertisement.subarray(4)]);
      assert.equal(first!.isCut, false);
      assert.equal(heard[0]![0]!.octets[0], 133);
    });

    it("answer one another by address", async () => {
      sockets[0]!.send(advertisement, lab.ends[1].address);
      await lab.until("it is heard", () => heard[1]!.length === 1);
    });

    it("pass nothing over that is not of router discovery", async () => {
      const echo = Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1);
      sockets[0]!.send(echo, lab.ends[1].address);
      sockets[0]!.send(solicitation, lab.ends[1].address);
      await lab.until("the solicitation is heard", () => heard[1]!.length > 0);
      assert.deepEqual(
        heard[1]!.map(({ octets }) => octets[0]),
        [133],
      );
    });

    it("neither hear nor send once closed, and closing again does nothing", async () => {
      sockets[1]!.close();
      sockets[1]!.close();
      assert.ok(sockets[1]!.send(advertisement, allNodes) > 0);
      sockets[0]!.send(advertisement, allNodes);
      const { open, where } = lab.ends[1];
      const again: DiscoveryArrival[] = [];
      sockets.push(open(where, { received: (one) => void again.push(one), failed: (error) => assert.fail(error) }));
      sockets[0]!.send(solicitation, allRouters);
      await lab.until("the next socket hears", () => again.length > 0);
      assert.equal(heard[1]!.length, 0);
    });

    it("are refused on an interface that is not there, in words", () => {
      const { open, where } = lab.ends[0];
      const listener = { received() {}, failed() {} };
      for (const interfaceName of ["none0", "a/b", ""]) {
        assert.throws(() => open({ ...where, interfaceName }, listener), { code: "kernel/syscall", errno: "ENODEV" });
      }
    });
  });
}
