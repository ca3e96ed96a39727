import assert from "node:assert/strict";
import type { Address } from "../net/address.ts";
import { parseAddress } from "../net/address-text.ts";
import type { Connection, DialOptions, Endpoint, Listener, Wire } from "./wire.ts";

/** Two hosts that can reach each other, and a way to let things happen. */
export interface WireLab {
  readonly caller: Wire;
  readonly callee: Wire;
  /** Address of the callee. */
  readonly address: Address;
  /** Lets things happen until the condition holds; fails when it never does. */
  until(condition: () => boolean): Promise<void>;
  end(): void;
}

/** One end as a test sees it: everything it heard, in order. */
class Ear {
  readonly connection: Connection;
  readonly octets: number[] = [];
  drains = 0;
  close: string | undefined;
  /** What arrives is counted only, for streams too long to keep. */
  counted = 0;

  constructor(connection: Connection, keep = true) {
    this.connection = connection;
    connection.listen({
      onData: (buf, start, end) => {
        assert.equal(this.close, undefined, "data after the close");
        this.counted += end - start;
        if (keep) for (let i = start; i < end; i++) this.octets.push(buf[i]!);
      },
      onDrain: () => this.drains++,
      onClose: (cause) => {
        assert.equal(this.close, undefined, "closed twice");
        this.close = cause;
      },
    });
  }

  get text(): string {
    return String.fromCharCode(...this.octets);
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What every wire keeps. `make` builds a fresh lab for each test. */
export function wireContract(name: string, make: () => WireLab): void {
  describe(`${name} as a wire`, () => {
    let lab: WireLab;
    beforeEach(() => (lab = make()));
    afterEach(() => lab.end());

    async function listening(onAccept: (connection: Connection) => void): Promise<Listener> {
      let listener: Listener | undefined;
      let failure: Error | undefined;
      lab.callee.listen(
        { address: lab.address, port: 0 },
        { onListening: (l) => (listener = l), onAccept, onFail: (error) => (failure = error) },
      );
      await lab.until(() => listener !== undefined || failure !== undefined);
      assert.equal(failure, undefined);
      return listener!;
    }

    function dial(
      remote: Endpoint,
      options: Partial<DialOptions> = {},
    ): { up?: Connection; error?: Error; cancel: () => void } {
      const result: { up?: Connection; error?: Error; cancel: () => void } = { cancel: () => {} };
      result.cancel = lab.caller.dial(
        { remote, ...options },
        {
          onConnect: (up) => Object.assign(result, { up, ear: undefined }),
          onFail: (error) => Object.assign(result, { error }),
        },
      );
      return result;
    }

    /** A connection with an ear at each end. */
    async function connected(keep = true): Promise<[caller: Ear, callee: Ear, listener: Listener]> {
      let callee: Ear | undefined;
      let caller: Ear | undefined;
      const listener = await listening((connection) => (callee = new Ear(connection, keep)));
      lab.caller.dial(
        { remote: listener.local },
        { onConnect: (up) => (caller = new Ear(up, keep)), onFail: (error) => assert.fail(error.message) },
      );
      await lab.until(() => callee !== undefined && caller !== undefined);
      return [caller!, callee!, listener];
    }

    it("carries octets both ways, in order, however they were written", async () => {
      const [caller, callee] = await connected();
      for (const piece of ["one", " ", "", "two", " three"]) caller.connection.write(bytes(piece));
      callee.connection.write(bytes("back"));
      await lab.until(() => callee.octets.length === 13 && caller.octets.length === 4);
      assert.deepEqual([callee.text, caller.text], ["one two three", "back"]);
    });

    it("names both ends the same at both ends", async () => {
      const [{ connection: here }, { connection: there }, { local }] = await connected();
      assert.deepEqual(here.remote, there.local);
      assert.deepEqual(here.local, there.remote);
      assert.deepEqual([here.remote.address, here.remote.port, here.remote.zone], [lab.address, local.port, ""]);
    });

    it("tells nothing from within a call to it", async () => {
      const [caller, callee] = await connected();
      callee.connection.write(bytes("x"));
      caller.connection.close();
      assert.equal(caller.close, undefined);
      let inside = true;
      dial({ address: lab.address, zone: "", port: 1 });
      caller.connection.afterArrived(() => assert.equal(inside, false));
      inside = false;
      await lab.until(() => caller.close !== undefined);
    });

    it("close: what was written arrives, then the end; the closer hears `local`, the other `ended`", async () => {
      const [caller, callee] = await connected();
      caller.connection.write(new Uint8Array(100_000).fill(0x61));
      caller.connection.write(bytes("last"));
      caller.connection.close();
      await lab.until(() => callee.close !== undefined && caller.close !== undefined);
      assert.deepEqual([caller.close, callee.close], ["local", "ended"]);
      assert.equal(callee.octets.length, 100_004);
      assert.equal(callee.text.slice(-4), "last");
    });

    it("close: nothing is told but the close, even when the other end still sends", async () => {
      const [caller, callee] = await connected();
      for (let i = 0; i < 50; i++) callee.connection.write(bytes("noise"));
      const before = caller.octets.length;
      caller.connection.close();
      await lab.until(() => caller.close !== undefined && callee.close !== undefined);
      assert.equal(caller.octets.length, before);
    });

    it("reset: the other end hears `failed`", async () => {
      const [caller, callee] = await connected();
      caller.connection.reset();
      await lab.until(() => callee.close !== undefined && caller.close !== undefined);
      assert.deepEqual([caller.close, callee.close], ["local", "failed"]);
    });

    it("says when to wait, counts what waits, and tells when there is room", async () => {
      const [caller, callee] = await connected(false);
      callee.connection.pause();
      const chunk = new Uint8Array(64 * 1024);
      let written = 0;
      const writes = (): boolean => {
        written += chunk.length;
        return caller.connection.write(chunk);
      };
      await lab.until(() => {
        if (caller.connection.queuedBytes <= 128 * 1024) writes();
        return caller.connection.queuedBytes > 128 * 1024;
      });
      assert.ok(caller.connection.queuedBytes > 0);
      assert.equal(writes(), false);
      const drainsBefore = caller.drains;
      callee.connection.resume();
      await lab.until(() => callee.counted === written && caller.drains > drainsBefore);
      assert.equal(caller.connection.queuedBytes, 0);
    });

    it("pauses reading, and loses nothing by it", async () => {
      const [caller, callee] = await connected();
      callee.connection.pause();
      caller.connection.write(bytes("later"));
      let settled = false;
      caller.connection.afterArrived(() => (settled = true));
      await lab.until(() => settled);
      assert.equal(callee.text, "");
      callee.connection.resume();
      await lab.until(() => callee.text === "later");
    });

    it("afterArrived comes after what had arrived, and not on a closed connection", async () => {
      const [caller, callee] = await connected();
      caller.connection.write(bytes("first"));
      await lab.until(() => callee.octets.length === 5);
      let called = 0;
      callee.connection.afterArrived(() => called++);
      await lab.until(() => called === 1);
      callee.connection.afterArrived(() => called++);
      callee.connection.close();
      await lab.until(() => callee.close !== undefined && caller.close !== undefined);
      assert.equal(called, 1);
    });

    it("a call to nobody fails, with where and why", async () => {
      const { local, close } = await listening(() => {});
      close();
      const call = dial(local);
      await lab.until(() => call.error !== undefined);
      assert.match(call.error!.message, new RegExp(`:${local.port}: `));
      assert.equal((call.error as Error & { code: string }).code, "bgp/connect-failed");
    });

    it("a call taken back is not answered, and leaves nothing behind at the other end", async () => {
      const ears: Ear[] = [];
      const { local } = await listening((connection) => ears.push(new Ear(connection)));
      const call = dial(local);
      call.cancel();
      const [, callee] = await connected();
      await lab.until(() => ears.every(({ close }) => close !== undefined));
      assert.deepEqual([call.up, call.error, callee.close], [undefined, undefined, undefined]);
    });

    it("takes no calls any more once closed, and keeps the connections it has", async () => {
      const [caller, callee, listener] = await connected();
      listener.close();
      const call = dial(listener.local);
      await lab.until(() => call.error !== undefined);
      caller.connection.write(bytes("still"));
      await lab.until(() => callee.text === "still");
    });

    it("a port that is taken cannot be opened again", async () => {
      const { local } = await listening(() => {});
      let failure: Error | undefined;
      lab.callee.listen(
        { address: lab.address, port: local.port },
        { onListening: () => {}, onAccept: () => {}, onFail: (error) => (failure = error) },
      );
      await lab.until(() => failure !== undefined);
      assert.equal((failure as Error & { code: string }).code, "bgp/listen-failed");
    });

    it("refuses what it cannot do, rather than leave out a password", async () => {
      if (lab.caller.unsupported({ password: "secret" }).length === 0) return;
      const call = dial({ address: lab.address, zone: "", port: 1 }, { password: "secret" });
      await lab.until(() => call.error !== undefined);
      assert.equal((call.error as Error & { code: string }).code, "bgp/unsupported-socket-option");
      assert.doesNotMatch(call.error!.message, /secret/);
      let failure: Error | undefined;
      const range = { ...parseAddress("10.0.0.0")!, length: 8 };
      lab.callee.listen(
        { address: lab.address, port: 0, peers: [{ range, password: "secret" }] },
        { onListening: () => {}, onAccept: () => {}, onFail: (error) => (failure = error) },
      );
      await lab.until(() => failure !== undefined);
    });
  });
}
