// A VPC's resolver in a process of its own, without the daemon around it: `resolver-process.ts NAMESPACE_PATH`. The cloud it answers
// from has 400 instances and a private zone of 2,000 names.

import dnsPacket from 'dns-packet';
import type { Cloud } from '../src/cloud/cloud.ts';
import { recordSetKey } from '../src/cloud/hosted-zone.ts';
import { createResolver } from '../src/dataplane/resolver.ts';
import { compileNetwork } from '../src/network/compile.ts';
import { openStore } from '../src/store.ts';
import { putInstance, putVpc, putZone } from '../test/networks/example-cloud.ts';

const instances = 400;
const records = 1000;
const zoneName = 'shop.example';

/** What programs in a VPC ask for: hosts, records, aliases, services, names that do not exist, other types, the way back. */
export function benchQuestions(): Buffer[] {
  const ask = (name: string, type: 'A' | 'AAAA' | 'PTR' = 'A') =>
    dnsPacket.encode({
      type: 'query',
      id: 1,
      flags: dnsPacket.RECURSION_DESIRED,
      questions: [{ type, name }],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 1232,
          flags: 0,
          options: [],
          extendedRcode: 0,
          ednsVersion: 0,
          flag_do: false,
        },
      ] as never,
    });
  return Array.from({ length: 500 }, (_, number) => [
    ask(hostName(number)),
    ask(`r${number}.${zoneName}`),
    ask(`r${number}.${zoneName}`, 'AAAA'),
    ask(`c${number}.${zoneName}`),
    ask(`any${number}.apps.${zoneName}`),
    ask(`none${number}.${zoneName}`),
    ask(`bucket${number}.s3.us-east-1.amazonaws.com`),
    ask(`${addressOf(number).split('.').reverse().join('.')}.in-addr.arpa`, 'PTR'),
  ]).flat();
}

const addressOf = (number: number) => `10.0.${1 + (number & 1)}.${10 + ((number >> 1) % 200)}`;
const hostName = (number: number) => `ip-${addressOf(number).replaceAll('.', '-')}.ec2.internal`;

export function makeBenchCloud() {
  const store = openStore(':memory:');
  store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    for (let number = 0; number < instances; number++) putInstance(cloud, vpc, number & 1, addressOf(number));
    fillZone(cloud, vpc.vpcId);
  });
  return store.cloud;
}

function fillZone(cloud: Cloud, vpcId: `vpc-${string}`): void {
  const hostedZoneId = putZone(cloud, zoneName, [{ vpcId, region: 'us-east-1' }]);
  const put = (name: string, type: 'A' | 'CNAME', ...values: string[]) =>
    cloud.zoneRecordSets.put({
      recordSetKey: recordSetKey(hostedZoneId, name, type),
      ...{ hostedZoneId, name, type, values, ttlSeconds: 60 },
    });
  for (let number = 0; number < records; number++) {
    put(`r${number}.${zoneName}`, 'A', addressOf(number), addressOf(number + 1));
    put(`c${number}.${zoneName}`, 'CNAME', `r${number}.${zoneName}`);
  }
  put(`*.apps.${zoneName}`, 'A', '10.0.1.9');
}

const [namespacePath] = process.argv.slice(2);
if (import.meta.main && namespacePath !== undefined) {
  const resolver = createResolver({ onError: (_id, error) => console.error(error) });
  resolver.set(compileNetwork(makeBenchCloud(), { isHealthy: () => true }), () => namespacePath);
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
