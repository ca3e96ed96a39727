import assert from "node:assert/strict";
import { serviceSet } from "../compile/set-definition.ts";
import { gone, slice, ToldWorld, told } from "../sim/told-world.ts";
import type { PolicyInput } from "./policy-graph.ts";

const withPorts = serviceSet("shop", "db", true).id;
const withoutPorts = serviceSet("shop", "db", false).id;
const sql = { name: "sql", protocol: "TCP", port: 5432 };

const web = told(
  "WorkloadEndpoint",
  "shop/web",
  { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32", "fd00::1/128"], profiles: ["open"] },
  { app: "web" },
);
const tier = told("Tier", "default", { order: 1000, defaultAction: "Deny" });
const open = told("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] });
const policy = told("NetworkPolicy", "shop/web", {
  selector: "app == 'web'",
  types: ["Ingress", "Egress"],
  ingress: [{ action: "Allow", source: { services: { name: "db" } } }],
  egress: [{ action: "Allow", destination: { services: { name: "db", namespace: "shop" } } }],
});

function world(...more: readonly PolicyInput[]): ToldWorld {
  return new ToldWorld(web, open, tier, policy, ...more);
}

describe("backends of services", () => {
  it("have the ids that Calico gives their sets", () => {
    assert.equal(serviceSet("default", "svc", true).id, "svc:Jhwii46PCMT5NlhWsUqZmv7al8TeHFbNQMhoVg");
    assert.equal(serviceSet("default", "svc", false).id, "svcnoport:T03S_6hogdrGKrNFBcbKTFsH_uKwDHEo8JddOg");
  });

  it("are addresses with ports where packets go to them, and addresses where packets come from them", () => {
    const w = world(slice("shop/db-1", "db", [{ addresses: ["10.0.0.2", "fd00::2"] }], [sql]));
    assert.deepEqual(w.sets()[withPorts], ["10.0.0.2,tcp:5432", "fd00::2,tcp:5432"]);
    assert.deepEqual(w.sets()[withoutPorts], ["10.0.0.2", "fd00::2"]);
    const out = { inInterface: "cali1", outInterface: "eth0" };
    assert.equal(
      w.ask("10.0.0.1", "10.0.0.2", { ...out, destinationPort: 5432 }),
      "allow: NetworkPolicy shop/web egress[0]",
    );
    assert.equal(
      w.ask("fd00::1", "fd00::2", { ...out, destinationPort: 5432 }),
      "allow: NetworkPolicy shop/web egress[0]",
    );
    assert.match(w.ask("10.0.0.1", "10.0.0.2", { ...out, destinationPort: 5433 }), /^deny/);
    assert.match(w.ask("10.0.0.1", "10.0.0.2", { ...out, destinationPort: 5432, protocol: 17 }), /^deny/);
    assert.match(w.ask("10.0.0.1", "10.0.0.3", { ...out, destinationPort: 5432 }), /^deny/);
    const into = { inInterface: "eth0", outInterface: "cali1" };
    assert.equal(w.ask("10.0.0.2", "10.0.0.1", into), "allow: NetworkPolicy shop/web ingress[0]");
    assert.match(w.ask("10.0.0.3", "10.0.0.1", into), /^deny/);
  });

  it("are nobody where a service has no slice; both sets are there all the same", () => {
    const w = world();
    assert.deepEqual([w.sets()[withPorts], w.sets()[withoutPorts]], [[], []]);
    assert.match(w.ask("10.0.0.1", "10.0.0.2", { inInterface: "cali1", outInterface: "eth0" }), /^deny: end of tier/);
  });

  it("are those of all slices of a service, each as long as any slice has it", () => {
    const w = world(
      slice("shop/db-1", "db", [{ addresses: ["10.0.0.2"] }, { addresses: ["10.0.0.3"] }], [sql]),
      slice(
        "shop/db-2",
        "db",
        [{ addresses: ["10.0.0.3"] }, { addresses: ["10.0.0.4"] }],
        [sql, { ...sql, protocol: "UDP" }],
      ),
    );
    assert.deepEqual(w.sets()[withoutPorts], ["10.0.0.2", "10.0.0.3", "10.0.0.4"]);
    const { members } = w.tell(gone("KubernetesEndpointSlice", "shop/db-1"));
    assert.deepEqual(members.get(withoutPorts), { added: [], removed: ["10.0.0.2"] });
    assert.deepEqual(members.get(withPorts), { added: [], removed: ["10.0.0.2,tcp:5432"] });
    w.tell(gone("KubernetesEndpointSlice", "shop/db-2"), gone("KubernetesEndpointSlice", "shop/db-3"));
    assert.deepEqual([w.sets()[withPorts], w.sets()[withoutPorts]], [[], []]);
  });

  it("follow a slice that is given to another service, and one that is given to none", () => {
    const w = world(slice("shop/x", "db", [{ addresses: ["10.0.0.2"] }], [sql]));
    w.tell(slice("shop/x", "other", [{ addresses: ["10.0.0.2"] }], [sql]));
    assert.deepEqual(w.sets()[withPorts], []);
    w.tell(slice("shop/x", "db", [{ addresses: ["10.0.0.2"] }], [sql]));
    assert.deepEqual(w.sets()[withPorts], ["10.0.0.2,tcp:5432"]);
    w.tell(slice("shop/x", undefined, [{ addresses: ["10.0.0.2"] }], [sql]));
    assert.deepEqual(w.sets()[withPorts], []);
    w.tell(slice("red/x", "db", [{ addresses: ["10.0.0.2"] }], [sql]));
    assert.deepEqual(w.sets()[withPorts], [], "a slice is of its own namespace's service");
  });

  it("count whatever their conditions, as Calico has it; no port, no address and no known protocol count as none", () => {
    const endpoints = [
      { addresses: ["10.0.0.2"], conditions: { ready: false, serving: false, terminating: true } },
      { addresses: ["db.example.org", "10.0.0.3"], conditions: null },
      { addresses: null },
    ];
    const ports = [
      sql,
      { name: "any" },
      { port: 7, protocol: "DCCP" },
      { port: 9, protocol: null },
      { port: 53, protocol: "UDP" },
    ];
    const w = world(slice("shop/db-1", "db", endpoints, ports));
    assert.deepEqual(w.sets()[withoutPorts], ["10.0.0.2", "10.0.0.3"]);
    const each = (address: string) => [`${address},tcp:5432`, `${address},tcp:9`, `${address},udp:53`];
    assert.deepEqual(w.sets()[withPorts], [...each("10.0.0.2"), ...each("10.0.0.3")]);
  });

  it("are told when a rule first asks of them, and forgotten with the last", () => {
    const w = new ToldWorld(web, open, tier, slice("shop/db-1", "db", [{ addresses: ["10.0.0.2"] }], [sql]));
    assert.equal(w.sets()[withPorts], undefined);
    w.tell(policy);
    assert.deepEqual(w.sets()[withPorts], ["10.0.0.2,tcp:5432"]);
    w.tell(gone("NetworkPolicy", "shop/web"));
    assert.equal(w.sets()[withPorts], undefined);
    w.tell(slice("shop/db-1", "db", [{ addresses: ["10.0.0.9"] }], [sql]), policy);
    assert.deepEqual(w.sets()[withPorts], ["10.0.0.9,tcp:5432"]);
  });
});
