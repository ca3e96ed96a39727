import assert from "node:assert/strict";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { jsonPage, servePages } from "./http.ts";

describe("the agent's pages", () => {
  let server: Server;
  let base: string;
  before(async () => {
    server = await servePages("127.0.0.1", 0, {
      "/status": () => jsonPage({ ready: true }),
      "/broken": () => Promise.reject(new Error("cannot")),
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("answer GET with type and length", async () => {
    const answer = await fetch(`${base}/status?x=1`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
    assert.deepEqual(await answer.json(), { ready: true });
  });

  it("list themselves where there is no page, also for names that objects have", async () => {
    for (const path of ["/", "/constructor"]) {
      const answer = await fetch(base + path);
      assert.equal(answer.status, 404);
      assert.equal(await answer.text(), "/status\n/broken\n");
    }
  });

  it("refuse other methods and survive their own errors", async () => {
    assert.equal((await fetch(`${base}/status`, { method: "POST" })).status, 405);
    const broken = await fetch(`${base}/broken`);
    assert.equal(broken.status, 500);
    assert.match(await broken.text(), /cannot/);
  });
});
