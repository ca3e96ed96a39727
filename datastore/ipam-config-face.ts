import type { IPAMConfig } from "./model/ipam-config.ts";
import type { IPAMConfiguration } from "./model/ipam-configuration.ts";
import { apiVersion } from "./model/resource.ts";

/** The settings of IPAM as people see them. */
export function ipamConfigurationOf(config: IPAMConfig): IPAMConfiguration {
  const { kubeVirtVMAddressPersistence: persistence } = config;
  return {
    kind: "IPAMConfiguration",
    apiVersion,
    metadata: { name: "default" },
    spec: {
      strictAffinity: config.strict_affinity ?? false,
      maxBlocksPerHost: config.maxBlocksPerHost ?? 0,
      autoAllocateBlocks: config.auto_allocate_blocks ?? false,
      ...((persistence === "Enabled" || persistence === "Disabled") && { kubeVirtVMAddressPersistence: persistence }),
      ...(config.ipCooldownSeconds !== undefined && { ipCooldownSeconds: config.ipCooldownSeconds }),
    },
  };
}

/** The settings of IPAM as stored; false and 0 are left out, as Calico does. An absent autoAllocateBlocks means true. */
export function ipamConfigOf(configuration: IPAMConfiguration): IPAMConfig {
  const { strictAffinity, autoAllocateBlocks = true, maxBlocksPerHost } = configuration.spec;
  const { kubeVirtVMAddressPersistence, ipCooldownSeconds } = configuration.spec;
  return {
    ...(strictAffinity && { strict_affinity: true }),
    ...(autoAllocateBlocks && { auto_allocate_blocks: true }),
    ...(maxBlocksPerHost && { maxBlocksPerHost }),
    ...(kubeVirtVMAddressPersistence && { kubeVirtVMAddressPersistence }),
    ...(ipCooldownSeconds && { ipCooldownSeconds }),
  };
}
