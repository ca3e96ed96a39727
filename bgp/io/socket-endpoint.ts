import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { Endpoint } from "../wire.ts";

/** An address as node:net names it: with `%zone`, and IPv4 within IPv6 taken out of it. */
export function endpointOf(text: string | undefined, port: number | undefined): Endpoint {
  const [host = "", zone = ""] = (text ?? "").split("%");
  return { address: unmapped(parseAddress(host) ?? ipv6(0, 0, 0, 0)), zone, port: port ?? 0 };
}

/** How node:net wants to be told an address. */
export function hostOf(endpoint: Pick<Endpoint, "address" | "zone">): string {
  return formatAddress(endpoint.address) + (endpoint.zone && `%${endpoint.zone}`);
}

function unmapped(address: Address): Address {
  const isMapped = address.family === "ipv6" && address.a === 0 && address.b === 0 && address.c === 0xffff;
  return isMapped ? ipv4(address.d) : address;
}
