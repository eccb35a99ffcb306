// Whose a place is at which routers count: from addresses and flow marks to endpoints, services and load balancers with their owners.

import type { Cloud } from '../../cloud/cloud.ts';
import type { AccountId, EndpointServiceId, Region, SubnetId, VpcEndpointId, VpcId } from '../../cloud/id.ts';
import type { LoadBalancer } from '../../cloud/load-balancer.ts';
import type { InterfaceVpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { Place } from '../../lib/traffic.ts';

interface Owner {
  accountId: AccountId;
  region: Region;
}

/** An address of an interface endpoint. */
export interface EndpointLegPlace extends Owner {
  kind: 'endpoint';
  vpcEndpointId: VpcEndpointId;
  vpcId: VpcId;
  subnetId: SubnetId;
  /** `com.amazonaws.vpce.us-east-1.vpce-svc-…`, `com.amazonaws.us-east-1.ec2` */
  serviceName: string;
}

/** A load balancer's node, for those who come to it in its own network. */
export interface NodePlace extends Owner {
  kind: 'node';
  loadBalancerArn: string;
  availabilityZone: string;
}

/** The provider's end of an endpoint's leg: it comes to a node, too. */
export interface ConnectionPlace extends Owner {
  kind: 'connection';
  serviceId: EndpointServiceId;
  loadBalancerArn: string;
  availabilityZone: string;
  /** The consumer's end. */
  leg: EndpointLegPlace;
}

export type MeteredPlace = EndpointLegPlace | NodePlace | ConnectionPlace;

/** `vpc-0a… endpoint 10.0.1.4` */
export const placeKey = (vpcId: string, place: Place) => `${vpcId} ${place}`;

export function listMeteredPlaces(cloud: Cloud): Map<string, MeteredPlace> {
  const places = new Map<string, MeteredPlace>();
  for (const loadBalancer of cloud.loadBalancers.all())
    for (const { privateIpAddress, availabilityZone } of loadBalancer.nodes) {
      const { accountId, region, loadBalancerArn, vpcId } = loadBalancer;
      const node: NodePlace = { kind: 'node', accountId, region, loadBalancerArn, availabilityZone };
      places.set(placeKey(vpcId, `node ${privateIpAddress}`), node);
    }
  for (const endpoint of cloud.vpcEndpoints.all())
    if (endpoint.vpcEndpointType === 'Interface') addEndpoint(cloud, endpoint, places);
  return places;
}

function addEndpoint(cloud: Cloud, endpoint: InterfaceVpcEndpoint, places: Map<string, MeteredPlace>): void {
  const { accountId, region, vpcEndpointId, vpcId, serviceName } = endpoint;
  for (const { networkInterfaceId, subnetId } of endpoint.legs) {
    const networkInterface = cloud.networkInterfaces.find(networkInterfaceId);
    if (!networkInterface) continue;
    const leg: EndpointLegPlace = {
      ...{ kind: 'endpoint', accountId, region, vpcEndpointId, vpcId, subnetId, serviceName },
    };
    places.set(placeKey(vpcId, `endpoint ${networkInterface.privateIpAddress}`), leg);
    if (endpoint.serviceId === undefined) continue;
    const { loadBalancerArn, flowMark } = endpoint.legs.find(
      (one) => one.networkInterfaceId === networkInterfaceId,
    )!;
    const loadBalancer = cloud.loadBalancers.find(loadBalancerArn);
    const service = cloud.endpointServices.find(endpoint.serviceId);
    const node = loadBalancer && nodeInZone(loadBalancer, networkInterface.availabilityZoneId);
    if (!service || !node) continue;
    const { availabilityZone } = node;
    const owner = { accountId: service.accountId, region: service.region, serviceId: service.serviceId };
    const connection: ConnectionPlace = {
      kind: 'connection',
      ...owner,
      loadBalancerArn,
      availabilityZone,
      leg,
    };
    places.set(placeKey(loadBalancer.vpcId, `connection ${flowMark}`), connection);
  }
}

const nodeInZone = ({ nodes }: LoadBalancer, availabilityZoneId: string) =>
  nodes.find((node) => node.availabilityZoneId === availabilityZoneId);
