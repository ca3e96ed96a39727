import { datastoreOutage } from "./datastore-outage.contract.ts";

datastoreOutage(60);
