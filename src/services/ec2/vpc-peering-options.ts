// What each side of an active peering lets the other do: have its instances' public names answered with private addresses.

import type {
  ModifyVpcPeeringConnectionOptionsRequest,
  ModifyVpcPeeringConnectionOptionsResult,
  PeeringConnectionOptionsRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { PeeringSide, VpcPeeringConnection } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { missingParameter, operationNotPermitted, requireParameter } from './errors.ts';
import { getVpcPeeringConnection } from './vpc-peering-state.ts';

/** AWS: each side sets its own, in its own account and region. */
export function modifyVpcPeeringConnectionOptions(
  input: ModifyVpcPeeringConnectionOptionsRequest,
  context: OperationContext,
): ModifyVpcPeeringConnectionOptionsResult {
  const { RequesterPeeringConnectionOptions: requester, AccepterPeeringConnectionOptions: accepter } = input;
  acceptParameters(
    ...(['ModifyVpcPeeringConnectionOptions', input, 'VpcPeeringConnectionId'] as const),
    ...(['RequesterPeeringConnectionOptions', 'AccepterPeeringConnectionOptions'] as const),
  );
  const id = requireParameter('VpcPeeringConnectionId', input.VpcPeeringConnectionId);
  const connection = getVpcPeeringConnection(context, id);
  if (!requester && !accepter) {
    throw missingParameter('AccepterPeeringConnectionOptions or RequesterPeeringConnectionOptions');
  }
  if (connection.status !== 'active') {
    throw operationNotPermitted(
      `Peering ${id} is not active. Peering options can be added only to active peerings.`,
    );
  }
  const changed: VpcPeeringConnection = {
    ...connection,
    ...(requester && { requester: changeSide(context, connection, 'requester', requester) }),
    ...(accepter && { accepter: changeSide(context, connection, 'accepter', accepter) }),
  };
  const written = context.cloud.vpcPeeringConnections.put(changed);
  return {
    ...(requester && { RequesterPeeringConnectionOptions: showPeeringOptions(written.requester) }),
    ...(accepter && { AccepterPeeringConnectionOptions: showPeeringOptions(written.accepter) }),
  };
}

function changeSide(
  context: OperationContext,
  connection: VpcPeeringConnection,
  which: 'requester' | 'accepter',
  options: PeeringConnectionOptionsRequest,
): PeeringSide {
  const side = connection[which];
  if (side.accountId !== context.accountId) {
    throw operationNotPermitted(
      `User ${context.accountId} cannot modify ${which} peering options on VPC Peering Connection ID ${connection.vpcPeeringConnectionId}`,
    );
  }
  if (side.region !== context.region) {
    const who = which === 'requester' ? "Requester's" : "Accepter's";
    throw operationNotPermitted(
      `${who} VPC Peering connection options cannot be modified for a different region`,
    );
  }
  const { AllowDnsResolutionFromRemoteVpc: allow, ...classicLink } = options;
  if (Object.values(classicLink).some(Boolean)) throw notBuilt('ClassicLink over a peering');
  if (allow) checkNames(context.cloud, connection);
  return { ...side, allowDnsResolutionFromRemoteVpc: allow ?? side.allowDnsResolutionFromRemoteVpc ?? false };
}

/** AWS: both VPCs must have names to answer with, and a resolver that does. */
function checkNames(cloud: Cloud, { requester, accepter }: VpcPeeringConnection): void {
  const vpcs = [requester, accepter].map(({ vpcId }) => cloud.vpcs.find(vpcId)!);
  if (vpcs.every((vpc) => vpc.enableDnsHostnames && vpc.enableDnsSupport)) return;
  throw new AwsError(
    'InvalidVpcPeeringConnectionState.DnsHostnamesDisabled',
    'To enable DNS hostname resolution for the VPC peering connection, DNS hostname support must be enabled for the VPCs.',
  );
}

export function showPeeringOptions({ allowDnsResolutionFromRemoteVpc = false }: PeeringSide) {
  return {
    AllowDnsResolutionFromRemoteVpc: allowDnsResolutionFromRemoteVpc,
    AllowEgressFromLocalClassicLinkToRemoteVpc: false,
    AllowEgressFromLocalVpcToRemoteClassicLink: false,
  };
}
