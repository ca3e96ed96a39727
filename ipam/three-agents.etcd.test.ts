import { type EtcdProcess, startEtcd } from "../datastore/io/etcd/etcd-process.ts";
import { EtcdStore } from "../datastore/io/etcd/store.ts";
import { systemClock } from "../lib/io/clock.ts";
import { seededRandom } from "../lib/random.ts";
import { threeAgentsContract } from "./three-agents.contract.ts";

describe("three agents over etcd", () => {
  let etcd: EtcdProcess;
  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());

  threeAgentsContract(() => {
    const connect = (): EtcdStore => new EtcdStore({ endpoints: [etcd.endpoint] }, systemClock, seededRandom(1));
    const stores = [connect(), connect(), connect(), connect()] as const;
    const [one, two, three, witness] = stores;
    const close = async (): Promise<void> => {
      for (const store of stores) await store.close();
    };
    return Promise.resolve({ agents: [one, two, three], witness, close });
  });
});
