// Whom an endpoint service is shown to. Taking a permission away leaves the endpoints that are there alone.

import type {
  AllowedPrincipal as AllowedPrincipalShape,
  DescribeVpcEndpointServicePermissionsRequest,
  DescribeVpcEndpointServicePermissionsResult,
  ModifyVpcEndpointServicePermissionsRequest,
  ModifyVpcEndpointServicePermissionsResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { AllowedPrincipal } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { getEndpointService } from './endpoint-service.ts';
import { invalidParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate } from './pagination.ts';

export function modifyVpcEndpointServicePermissions(
  input: ModifyVpcEndpointServicePermissionsRequest,
  context: OperationContext,
): ModifyVpcEndpointServicePermissionsResult {
  acceptParameters(
    'ModifyVpcEndpointServicePermissions',
    input,
    'ServiceId',
    'AddAllowedPrincipals',
    'RemoveAllowedPrincipals',
  );
  const service = getEndpointService(context, input.ServiceId);
  const removed = new Set(input.RemoveAllowedPrincipals ?? []);
  const wanted = new Set(input.AddAllowedPrincipals ?? []);
  for (const principal of [...wanted, ...removed]) principalTypeOf(principal);

  const kept = service.allowedPrincipals.filter(({ principal }) => !removed.has(principal));
  const added = [...wanted]
    .filter((principal) => !kept.some((other) => other.principal === principal))
    .map(
      (principal): AllowedPrincipal => ({
        servicePermissionId: context.newId('vpce-svc-perm'),
        principalType: principalTypeOf(principal),
        principal,
      }),
    );
  context.cloud.endpointServices.put({ ...service, allowedPrincipals: [...kept, ...added] });
  const { serviceId: ServiceId } = service;
  return { AddedPrincipals: added.map((one) => ({ ...showPrincipal(one), ServiceId })), ReturnValue: true };
}

/** AWS: names of users and roles without a path. */
function principalTypeOf(principal: string): AllowedPrincipal['principalType'] {
  if (principal === '*') return 'All';
  const resource = /^arn:aws:iam::[0-9]{12}:(.+)$/.exec(principal)?.[1];
  if (resource === undefined) throw invalidParameter(`Invalid Principal: '${principal}'`);
  if (resource === 'root') return 'Account';
  if (/^user\/[\w+=,.@-]+$/.test(resource)) return 'User';
  if (/^role\/[\w+=,.@-]+$/.test(resource)) return 'Role';
  throw new AwsError(
    'UnknownPrincipalType.Unsupported',
    `The type of the principal '${principal}' is not supported`,
  );
}

const fields: FilterFields<AllowedPrincipal> = {
  principal: (allowed) => allowed.principal,
  'principal-type': (allowed) => allowed.principalType,
};

export function describeVpcEndpointServicePermissions(
  input: DescribeVpcEndpointServicePermissionsRequest,
  context: OperationContext,
): DescribeVpcEndpointServicePermissionsResult {
  acceptParameters(
    'DescribeVpcEndpointServicePermissions',
    input,
    'ServiceId',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  const { serviceId: ServiceId, allowedPrincipals } = getEndpointService(context, input.ServiceId);
  const matching = applyFilters(allowedPrincipals, input.Filters, fields, () => ({}));
  const { page, nextToken } = paginate(matching, input, undefined, (allowed) => allowed.servicePermissionId);
  return {
    AllowedPrincipals: page.map((allowed) => ({ ...showPrincipal(allowed), Tags: [], ServiceId })),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function showPrincipal(allowed: AllowedPrincipal): AllowedPrincipalShape {
  return {
    PrincipalType: allowed.principalType,
    Principal: allowed.principal,
    ServicePermissionId: allowed.servicePermissionId,
  };
}
