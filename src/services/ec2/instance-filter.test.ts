import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { allocateAddress } from './elastic-ip.ts';
import { associateAddress } from './elastic-ip-association.ts';
import { debianImageId } from './image.ts';
import { describeInstances } from './instance.ts';
import { runInstances } from './instance-launch.ts';
import { terminateInstances } from './instance-state.ts';
import { attachInternetGateway, createInternetGateway } from './internet-gateway.ts';
import { describeNetworkAcls } from './network-acl.ts';
import { describeNetworkInterfaces } from './network-interface.ts';

/** Two instances, the first with an Elastic IP and metadata by token only; the second has ended. */
function newCase() {
  const harness = newHarness();
  const { run, world } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const { InternetGatewayId } = run(createInternetGateway, {}).InternetGateway!;
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  const launch = (HttpTokens: 'required' | 'optional') =>
    run(runInstances, {
      ...{ ImageId: debianImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId },
      MetadataOptions: { HttpTokens, HttpPutResponseHopLimit: 2 },
    }).Instances![0]!.InstanceId!;
  const [first, second] = [launch('required'), launch('optional')];
  const { AllocationId } = run(allocateAddress, {});
  world.instances.set(first as `i-${string}`, { sandbox: 'running' });
  run(associateAddress, { AllocationId, InstanceId: first });
  run(terminateInstances, { InstanceIds: [second] });
  const select = (Name: string, ...Values: string[]) =>
    run(describeInstances, { Filters: [{ Name, Values }] })
      .Reservations!.flatMap(({ Instances }) => Instances!)
      .map(({ InstanceId }) => InstanceId);
  return { run, first, second, AllocationId: AllocationId!, select };
}

test('instances are chosen by what AWS lets them be chosen by', () => {
  const { first, second, AllocationId, select } = newCase();
  const cases: [string, string, string[]][] = [
    ['maintenance-options.auto-recovery', 'default', [first, second]],
    ['platform-details', 'Linux/UNIX', [first, second]],
    ['platform-details', 'Windows', []],
    ['usage-operation', 'RunInstances', [first, second]],
    ['metadata-options.http-tokens', 'required', [first]],
    ['metadata-options.http-put-response-hop-limit', '2', [first, second]],
    ['metadata-options.http-put-response-hop-limit', '1', []],
    ['metadata-options.state', 'applied', [first, second]],
    ['metadata-options.http-endpoint', 'disabled', []],
    ['network-interface.association.allocation-id', AllocationId, [first]],
    ['network-interface.addresses.association.allocation-id', AllocationId, [first]],
    ['network-interface.attachment.status', 'attached', [first]],
    ['state-transition-reason', 'User initiated*', [second]],
    ['reason', 'User initiated*', [second]],
    ['state-reason-message', 'Client.UserInitiatedShutdown*', [second]],
  ];
  for (const [name, value, chosen] of cases)
    assert.deepEqual(select(name, value), chosen, `${name}=${value}`);
  const absent = ['affinity', 'block-device-mapping.attach-time', 'ipv6-address', 'kernel-id'];
  for (const name of [...absent, 'product-code', 'product-code.type'])
    assert.deepEqual(select(name, '*'), [], name);
  assert.throws(() => select('colour', 'red'), refusal('InvalidParameterValue'));
});

test('network ACLs are chosen by the direction of an entry, interfaces by who operates them', () => {
  const { run } = newCase();
  const by = (Name: string, value: string) => ({ Filters: [{ Name, Values: [value] }] });
  assert.equal(run(describeNetworkAcls, by('entry.egress', 'true')).NetworkAcls!.length, 1);
  assert.equal(run(describeNetworkAcls, by('entry.egress', 'maybe')).NetworkAcls!.length, 0);
  assert.equal(run(describeNetworkInterfaces, by('operator.managed', 'false')).NetworkInterfaces!.length, 1);
  assert.equal(run(describeNetworkInterfaces, by('operator.managed', 'true')).NetworkInterfaces!.length, 0);
});
