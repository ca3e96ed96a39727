import assert from "node:assert/strict";
import { environmentFields } from "./environment.ts";
import { felixFields } from "./felix.ts";
import { felixSettings, problemText, readEnvironment } from "./read.ts";

describe("the environment", () => {
  it("has a default for every knob", () => {
    const { environment, problems } = readEnvironment({});
    assert.deepEqual(problems, []);
    assert.equal(environment.ip, "autodetect");
    assert.equal(environment.asn, undefined);
  });

  it("reads Calico's names, the first of several, and lower-cases the node's name", () => {
    const { environment, problems } = readEnvironment({
      FELIX_FELIXHOSTNAME: "Node-1",
      IP: "10.0.0.1/24",
      IP6: "fd00::1",
      AS: "1.1",
      HOSTNAME: "x",
    });
    assert.deepEqual(problems, []);
    assert.equal(environment.nodeName, "node-1");
    assert.equal(environment.asn, 65537);
    assert.deepEqual(
      [environment.ip, environment.ip6].map((p) => (typeof p === "string" ? p : p.length)),
      [24, 128],
    );
  });

  it("tells every mistake at once, each with what would be right", () => {
    const { environment, problems } = readEnvironment({
      IP: "fd00::1",
      AS: "0",
      CALICO_NETWORKING_BACKEND: "vxlan",
      CALICO_ROUTER_ID: "224.0.0.1",
    });
    assert.deepEqual(problems.map(problemText), [
      "IP = 'fd00::1': an IPv4 address, with or without /length, autodetect, or none would be right",
      "AS = '0': an AS number, 1 to 4294967295 or hi.lo would be right",
      "CALICO_ROUTER_ID = '224.0.0.1': a dotted quad, not 0.0.0.0 and not in 224.0.0.0/4 would be right",
      "CALICO_NETWORKING_BACKEND = 'vxlan': one of bird, none would be right",
    ]);
    assert.equal(environment.backend, "bird");
  });

  it("counts an empty variable as absent", () => assert.equal(readEnvironment({ AS: "" }).problems.length, 0));
});

describe("Felix's settings", () => {
  const spec = (name: string, values: Record<string, unknown>) => ({ name, spec: values });

  it("come from default, default resource, node's resource, environment, in this order", () => {
    const resources = [
      spec("default", { healthPort: 1, ipv6Support: false, logSeverityScreen: "Debug" }),
      spec("node.n1", { healthPort: 2 }),
    ];
    const { settings } = felixSettings([{ FELIX_LOGSEVERITYSCREEN: "error" }], resources);
    assert.deepEqual(
      [settings.healthPort, settings.ipv6Support, settings.logSeverityScreen, settings.ipv4NormalRoutePriority],
      [2, false, "Error", 1024],
    );
  });

  it("keep the lower source's value when a higher one is wrong, and say so", () => {
    const { settings, problems } = felixSettings(
      [{ FELIX_HEALTHPORT: "x", FELIX_NFTABLESMARKMASK: "0x1" }],
      [spec("default", { healthPort: 7, interfacePrefix: "tap,cali", defaultEndpointToHostAction: "Dorp" })],
    );
    assert.equal(settings.healthPort, 7);
    assert.equal(settings.defaultEndpointToHostAction, "Drop");
    assert.deepEqual(settings.interfacePrefix, ["tap", "cali"]);
    assert.deepEqual(
      problems.map((p) => p.where),
      ["FelixConfiguration(default): spec.defaultEndpointToHostAction", "FELIX_NFTABLESMARKMASK", "FELIX_HEALTHPORT"],
    );
  });

  it("have environment names made of their own", () => {
    for (const [name, field] of Object.entries(felixFields))
      assert.ok(field.names[0] === `FELIX_${name.toUpperCase()}`, name);
  });

  it("and the environment's have a meaning each, and a default that their own reader accepts or that is absent", () => {
    for (const [name, field] of Object.entries({ ...environmentFields, ...felixFields }))
      assert.ok(field.meaning.length > 8, name);
  });
});
