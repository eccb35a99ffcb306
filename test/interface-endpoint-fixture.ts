// A VPC with a subnet and what tests do with interface endpoints in it.

import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2';
import { describeNetworkInterfaces } from '../src/services/ec2/network-interface.ts';
import { createSecurityGroup } from '../src/services/ec2/security-group.ts';
import { createSubnet } from '../src/services/ec2/subnet.ts';
import { modifyVpcAttribute } from '../src/services/ec2/vpc-attribute.ts';
import {
  createVpcEndpoint,
  deleteVpcEndpoints,
  describeVpcEndpoints,
} from '../src/services/ec2/vpc-endpoint.ts';
import { modifyVpcEndpoint } from '../src/services/ec2/vpc-endpoint-modify.ts';
import { newHarness } from './operation-harness.ts';
import { makeVpc } from './vpc-fixture.ts';

/** The endpoint service of an AWS service: `com.amazonaws.us-east-1.ec2`. */
export const named = (service: string) => `com.amazonaws.us-east-1.${service}`;

export const denyAll =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}';

export function newEndpointCase({ hasDnsHostnames = true } = {}) {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  if (hasDnsHostnames) run(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } });
  const addSubnet = (third: number, letter: string) =>
    run(createSubnet, { VpcId, CidrBlock: `10.0.${third}.0/24`, AvailabilityZone: `us-east-1${letter}` })
      .Subnet!.SubnetId!;
  const addGroup = (GroupName: string) =>
    run(createSecurityGroup, { VpcId, GroupName, Description: 'x' }).GroupId!;
  const create = (more: Partial<CreateVpcEndpointRequest> = {}) => {
    const wanted: CreateVpcEndpointRequest = {
      VpcEndpointType: 'Interface',
      ServiceName: named('ec2'),
      VpcId,
    };
    return run(createVpcEndpoint, { ...wanted, SubnetIds: [SubnetId], ...more }).VpcEndpoint!;
  };
  const modify = (VpcEndpointId: string, more: Partial<ModifyVpcEndpointRequest>) =>
    run(modifyVpcEndpoint, { VpcEndpointId, ...more });
  const find = (id: string) => run(describeVpcEndpoints, { VpcEndpointIds: [id] }).VpcEndpoints![0]!;
  const remove = (id: string) => run(deleteVpcEndpoints, { VpcEndpointIds: [id] }).Unsuccessful!;
  const interfacesOf = (id: string) =>
    run(describeNetworkInterfaces, {
      Filters: [{ Name: 'description', Values: [`VPC Endpoint Interface ${id}`] }],
    }).NetworkInterfaces!;
  return { ...harness, VpcId, SubnetId, addSubnet, addGroup, create, modify, find, remove, interfacesOf };
}
