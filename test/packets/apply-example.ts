// Applies an example cloud to the kernel and ends: the process that the crash test kills at any moment.
// Argument: the mark. Ids are the same in every run, so that each run wants the very same network.

import type { Cloud } from '../../src/cloud/cloud.ts';
import type { NetworkInterfaceId } from '../../src/cloud/id.ts';
import { createMachine } from '../../src/linux/machine.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import {
  type ExampleVpc,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
  restartIds,
} from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import {
  propagateInto,
  putSite,
  putVirtualInterface,
  putVpn,
  putVpnGateway,
} from '../networks/example-site.ts';

/** One provider with two targets, every way out and a site, two consumers of the same range. */
export function exampleNetwork() {
  restartIds();
  const store = openStore(':memory:');
  store.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const targets = [
      putInstance(cloud, provider, 0, '10.0.1.11'),
      putInstance(cloud, provider, 1, '10.0.2.12'),
    ];
    const service = putEndpointService(
      cloud,
      provider,
      80,
      targets.map(({ instanceId }) => instanceId),
    );
    for (const accountId of ['222222222222', '333333333333']) {
      const consumer = putVpc(cloud, accountId);
      putInstance(cloud, consumer, 0, '10.0.1.10');
      putEndpoint(cloud, consumer, service, '10.0.1.50');
    }
    putWaysOut(cloud, provider, targets[0]!.networkInterface.networkInterfaceId);
    putOnPremises(cloud, provider);
  });
  return compileNetwork(store.cloud, { isHealthy: () => true });
}

/** An internet gateway, a NAT gateway and a gateway endpoint, each with routes. */
function putWaysOut(cloud: Cloud, vpc: ExampleVpc, networkInterfaceId: NetworkInterfaceId): void {
  const { internetGatewayId } = putInternetGateway(cloud, vpc);
  const { natGatewayId } = putNatGateway(cloud, vpc, 1, '10.0.2.30');
  const privateTable = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
  putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
  putRoute(cloud, privateTable, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
  putRoute(cloud, privateTable, '52.216.0.11/32', { kind: 'nat-gateway', natGatewayId });
  putGatewayEndpoint(cloud, vpc, 's3', [privateTable]);
  putElasticIp(cloud, networkInterfaceId);
}

/** A site with a VPN and a virtual interface to the VPC's gateway, and its way to the internet. */
function putOnPremises(cloud: Cloud, vpc: ExampleVpc): void {
  const gateway = putVpnGateway(cloud, vpc);
  const { vpnGatewayId } = gateway;
  const site = putSite(cloud, 'berlin', '192.168.0.0/16');
  putVpn(cloud, gateway, site);
  putVirtualInterface(cloud, site, { kind: 'private', vpnGatewayId });
  propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
}

if (import.meta.main) {
  const machine = createMachine(process.argv[2]!);
  let report = await machine.set(exampleNetwork());
  while (report.failed.size === 0 && report.unfinished.size > 0) report = await machine.set(exampleNetwork());
  for (const error of report.failed.values()) console.error(error.message);
  process.exitCode = report.failed.size;
}
