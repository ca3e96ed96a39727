import { demoResource, documents, namespaceProfile } from "../resources.ts";
import { driverContract } from "../scenario/driver.contract.ts";
import { NamespaceDriver } from "./driver.ts";

const resources = documents(demoResource("bgp"), demoResource("pools"), namespaceProfile("blue"));

driverContract("the namespace lab", () => new NamespaceDriver(), resources);
