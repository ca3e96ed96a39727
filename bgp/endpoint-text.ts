import { formatAddress } from "../net/address-text.ts";
import type { Endpoint } from "./wire.ts";

/** An endpoint for people: `10.0.0.1:179`, `[fe80::1%eth0]:179`. */
export function formatEndpoint({ address, zone, port }: Endpoint): string {
  const host = formatAddress(address) + (zone && `%${zone}`);
  return address.family === "ipv6" ? `[${host}]:${port}` : `${host}:${port}`;
}
