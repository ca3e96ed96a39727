import assert from "node:assert/strict";
import { smallTopology } from "../scenario/driver.contract.ts";
import { bgpdConfig, net4, net6 } from "./frr-config.ts";

describe("the router's configuration", () => {
  it("has one session a family to each node, and announces the links behind it", () => {
    assert.equal(
      bgpdConfig(smallTopology.routers[0]!, smallTopology),
      `hostname tor
router bgp 65000
 bgp router-id 172.31.0.254
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 172.31.0.1 remote-as 64512
 neighbor 172.31.0.1 description n1
 neighbor 172.31.0.1 timers connect 1
 neighbor fd00:31::1 remote-as 64512
 neighbor fd00:31::1 description n1
 neighbor fd00:31::1 timers connect 1
 neighbor 172.31.0.2 remote-as 64512
 neighbor 172.31.0.2 description n2
 neighbor 172.31.0.2 timers connect 1
 neighbor fd00:31::2 remote-as 64512
 neighbor fd00:31::2 description n2
 neighbor fd00:31::2 timers connect 1
 address-family ipv4 unicast
  network 192.0.2.0/24
  neighbor 172.31.0.1 activate
  neighbor 172.31.0.2 activate
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:2::/64
  neighbor fd00:31::1 activate
  neighbor fd00:31::2 activate
 exit-address-family
`,
    );
  });

  it("knows the nets of addresses", () => {
    assert.equal(net4("192.0.2.10"), "192.0.2.0/24");
    assert.equal(net6("2001:db8:2::10"), "2001:db8:2::/64");
  });
});
