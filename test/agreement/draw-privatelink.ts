// Load balancers with targets that are up and down, endpoint services, and endpoints to them in every state.

import { type DraftHost, type DraftVpc, type DraftWorld, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

/** @param consumers VPCs that make an endpoint to it */
export function drawEndpointService(world: DraftWorld, provider: DraftVpc, consumers: DraftVpc[]): void {
  const { draft, random, changes } = world;
  const where = regionOf(provider);
  const balancer = drawLoadBalancer(world, provider);
  const service = draft.name('service');
  const mustAccept = random.maybe(0.6);
  const input = { AcceptanceRequired: mustAccept, NetworkLoadBalancerArns: [ref(balancer)] };
  draft.call(where, 'ec2:CreateVpcEndpointServiceConfiguration', input, {
    [service]: 'ServiceConfiguration.ServiceId',
    [`${service}_name`]: 'ServiceConfiguration.ServiceName',
  });
  const ServiceId = ref(service);
  draft.call(where, 'ec2:ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals: ['*'] });
  changeServiceLater(world, provider, ServiceId);
  const endpoints: string[] = [];
  for (const consumer of consumers.filter(({ region }) => region === provider.region)) {
    const endpoint = drawEndpoint(world, consumer, `${service}_name`);
    endpoints.push(endpoint);
    const answer = (verb: 'Accept' | 'Reject') =>
      draft.call(where, `ec2:${verb}VpcEndpointConnections`, { ServiceId, VpcEndpointIds: [ref(endpoint)] });
    if (mustAccept && random.maybe(0.75)) answer('Accept');
    if (random.maybe(0.1)) answer('Reject');
    changes.push(
      () => answer('Accept'),
      () => answer('Reject'),
    );
  }
  changes.push(() => {
    // AWS: a service goes when nobody is connected, and its load balancer when no service needs it.
    const VpcEndpointIds = endpoints.map(ref);
    if (endpoints.length > 0)
      draft.call(where, 'ec2:RejectVpcEndpointConnections', { ServiceId, VpcEndpointIds });
    draft.call(where, 'ec2:DeleteVpcEndpointServiceConfigurations', { ServiceIds: [ServiceId] });
    if (random.maybe(0.5)) draft.call(where, 'elbv2:DeleteLoadBalancer', { LoadBalancerArn: ref(balancer) });
  });
}

/** AWS: none of these cuts an endpoint that was accepted. */
function changeServiceLater(
  { draft, random, changes }: DraftWorld,
  provider: DraftVpc,
  ServiceId: string,
): void {
  const where = regionOf(provider);
  const modify = (change: object) =>
    draft.call(where, 'ec2:ModifyVpcEndpointServiceConfiguration', { ServiceId, ...change });
  changes.push(
    () =>
      draft.call(where, 'ec2:ModifyVpcEndpointServicePermissions', {
        ServiceId,
        RemoveAllowedPrincipals: ['*'],
      }),
    () => modify({ AcceptanceRequired: random.maybe(0.5) }),
  );
}

function drawLoadBalancer(world: DraftWorld, vpc: DraftVpc): string {
  const { draft, random, targets, changes } = world;
  const where = regionOf(vpc);
  const name = draft.name('nlb');
  const subnets = [random.choose(vpc.subnets)];
  const other = vpc.subnets.find(({ zone }) => zone !== subnets[0]!.zone);
  if (other && random.maybe(0.6)) subnets.push(other);
  const groups = random.maybe(0.3) ? [random.choose(vpc.groups)] : [];
  const input = {
    ...{
      Name: name,
      Type: 'network',
      Scheme: 'internal',
      Subnets: subnets.map((subnet) => ref(subnet.name)),
    },
    ...(groups.length > 0 && { SecurityGroups: groups.map(ref) }),
  };
  draft.call(where, 'elbv2:CreateLoadBalancer', input, {
    [name]: 'LoadBalancers.0.LoadBalancerArn',
    [`${name}_dns`]: 'LoadBalancers.0.DNSName',
  });
  const LoadBalancerArn = ref(name);
  if (random.maybe(0.4)) {
    const Attributes = [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }];
    draft.call(where, 'elbv2:ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes });
  }
  const Filters = [{ Name: 'description', Values: [`ELB net/${name}/*`] }];
  draft.call(
    where,
    'ec2:DescribeNetworkInterfaces',
    { Filters },
    {
      [`${name}_address0`]: 'NetworkInterfaces.0.PrivateIpAddress',
      [`${name}_address1`]: 'NetworkInterfaces.1.PrivateIpAddress',
    },
  );
  targets.push(
    { host: ref(`${name}_dns`) },
    { host: ref(`${name}_address0`) },
    { host: ref(`${name}_address1`) },
  );
  for (const port of random.maybe(0.5) ? [80, 443] : [80]) drawListener(world, vpc, name, port);
  if (groups.length > 0) {
    const evaluation = 'EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic';
    changes.push(() =>
      draft.call(where, 'elbv2:SetSecurityGroups', {
        ...{ LoadBalancerArn, SecurityGroups: [ref(random.choose(vpc.groups))] },
        [evaluation]: random.choose(['on', 'off']),
      }),
    );
  }
  return name;
}

function drawListener(world: DraftWorld, vpc: DraftVpc, balancer: string, port: number): void {
  const { draft, random, hosts, changes } = world;
  const where = regionOf(vpc);
  const group = draft.name('targets');
  const isByAddress = random.maybe(0.3);
  const protocol = random.maybe(0.2) ? 'TCP_UDP' : 'TCP';
  const input = {
    ...{ Name: group.replace('_', '-'), Protocol: protocol, VpcId: ref(vpc.name) },
    // Nobody listens on 8080: targets that are down.
    Port: random.choose([80, 80, 443, 8080]),
    ...{ TargetType: isByAddress ? 'ip' : 'instance', HealthCheckIntervalSeconds: 5 },
  };
  draft.call(where, 'elbv2:CreateTargetGroup', input, { [group]: 'TargetGroups.0.TargetGroupArn' });
  const TargetGroupArn = ref(group);
  const members = hosts.filter((host) => host.vpc === vpc && (isByAddress || !host.furtherOf));
  const drawTarget = ({ name, address }: DraftHost) => ({
    Id: isByAddress ? address : ref(name),
    ...(random.maybe(0.2) && { Port: 80 }),
  });
  const Targets = random.some(members, 0.6).map(drawTarget);
  if (Targets.length > 0) draft.call(where, 'elbv2:RegisterTargets', { TargetGroupArn, Targets });
  if (random.maybe(0.4)) {
    const Attributes = [{ Key: 'preserve_client_ip.enabled', Value: random.choose(['true', 'false']) }];
    draft.call(where, 'elbv2:ModifyTargetGroupAttributes', { TargetGroupArn, Attributes });
  }
  const listener = draft.name('listener');
  const ListenerArn = ref(listener);
  draft.call(
    where,
    'elbv2:CreateListener',
    {
      ...{ LoadBalancerArn: ref(balancer), Protocol: protocol, Port: port },
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    },
    { [listener]: 'Listeners.0.ListenerArn' },
  );
  changes.push(
    () => draft.call(where, 'elbv2:DeleteListener', { ListenerArn }),
    () => draft.call(where, 'elbv2:ModifyListener', { ListenerArn, Port: random.choose([80, 443]) }),
    () =>
      draft.call(where, 'elbv2:RegisterTargets', {
        TargetGroupArn,
        Targets: [drawTarget(random.choose(members))],
      }),
    ...(Targets.length > 0
      ? [() => draft.call(where, 'elbv2:DeregisterTargets', { TargetGroupArn, Targets: Targets.slice(0, 1) })]
      : []),
  );
}

function drawEndpoint(world: DraftWorld, vpc: DraftVpc, serviceName: string): string {
  const { draft, random, targets, changes } = world;
  const where = regionOf(vpc);
  const name = draft.name('endpoint');
  const subnets = [random.choose(vpc.subnets)];
  const other = vpc.subnets.find(({ zone }) => zone !== subnets[0]!.zone);
  if (other && random.maybe(0.4)) subnets.push(other);
  const groups = random.some(vpc.groups, 0.4);
  const input = {
    ...{ VpcEndpointType: 'Interface', VpcId: ref(vpc.name), ServiceName: ref(serviceName) },
    SubnetIds: subnets.map((subnet) => ref(subnet.name)),
    ...(groups.length > 0 && { SecurityGroupIds: groups.map(ref) }),
  };
  draft.call(where, 'ec2:CreateVpcEndpoint', input, {
    [name]: 'VpcEndpoint.VpcEndpointId',
    [`${name}_dns`]: 'VpcEndpoint.DnsEntries.0.DnsName',
  });
  const Filters = [{ Name: 'description', Values: [`VPC Endpoint Interface ${ref(name)}`] }];
  draft.call(
    where,
    'ec2:DescribeNetworkInterfaces',
    { Filters },
    {
      [`${name}_address0`]: 'NetworkInterfaces.0.PrivateIpAddress',
      [`${name}_address1`]: 'NetworkInterfaces.1.PrivateIpAddress',
    },
  );
  targets.push(
    { host: ref(`${name}_dns`) },
    { host: ref(`${name}_address0`) },
    { host: ref(`${name}_address1`) },
  );
  const VpcEndpointId = ref(name);
  changes.push(
    () => draft.call(where, 'ec2:DeleteVpcEndpoints', { VpcEndpointIds: [VpcEndpointId] }),
    () => {
      const [add, remove] = random.shuffle(vpc.groups).map(ref);
      const [AddSecurityGroupIds, RemoveSecurityGroupIds] = [[add!], remove ? [remove] : []];
      draft.call(where, 'ec2:ModifyVpcEndpoint', {
        VpcEndpointId,
        AddSecurityGroupIds,
        RemoveSecurityGroupIds,
      });
    },
  );
  return name;
}
