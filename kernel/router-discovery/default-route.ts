import { interfaceSysctl, type Sysctls } from "../sysctl.ts";

/**
 * Whether the kernel would make a default route of a router advertisement that it hears on an interface
 * (Documentation/networking/ip-sysctl.rst, accept_ra and accept_ra_defrtr): FRR's name a router lifetime of 30 s where it
 * speaks BGP over an interface, and such a route would stand beside those that BGP learns.
 * @throws KernelError when a setting cannot be read
 */
export function takesDefaultRoute(sysctls: Sysctls, interfaceName: string): boolean {
  const read = (setting: string): string => {
    const path = interfaceSysctl({ family: "ipv6", group: "conf", interfaceName, setting });
    return (path && sysctls.read(path)) ?? "";
  };
  const accepts = read("accept_ra");
  const isHost = read("forwarding") === "0";
  return (accepts === "2" || (accepts === "1" && isHost)) && read("accept_ra_defrtr") !== "0";
}
