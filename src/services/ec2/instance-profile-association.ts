// Which instance has which IAM instance profile: at most one, given at launch or here.

import type {
  AssociateIamInstanceProfileRequest,
  AssociateIamInstanceProfileResult,
  DescribeIamInstanceProfileAssociationsRequest,
  DescribeIamInstanceProfileAssociationsResult,
  DisassociateIamInstanceProfileRequest,
  DisassociateIamInstanceProfileResult,
  IamInstanceProfileAssociation,
  ReplaceIamInstanceProfileAssociationRequest,
  ReplaceIamInstanceProfileAssociationResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Instance } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { getInstance, selectInstances } from './instance.ts';
import { associateProfile, readInstanceProfile, showInstanceProfile } from './instance-profile.ts';
import { incorrectInstanceState } from './instance-state.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';

/** An instance that has a profile. */
type Associated = Instance & Required<Pick<Instance, 'iamInstanceProfile'>>;

export function associateIamInstanceProfile(
  input: AssociateIamInstanceProfileRequest,
  context: OperationContext,
): AssociateIamInstanceProfileResult {
  acceptParameters('AssociateIamInstanceProfile', input, 'InstanceId', 'IamInstanceProfile');
  const instance = getInstance(context, requireParameter('instanceId', input.InstanceId));
  const specification = requireParameter('iamInstanceProfile', input.IamInstanceProfile);
  const profile = readInstanceProfile(context, specification);
  if (instance.desiredState === 'terminated') {
    throw incorrectInstanceState(
      `The instance '${instance.instanceId}' is not in the 'running' or 'stopped' states.`,
    );
  }
  if (instance.iamInstanceProfile) {
    throw new AwsError(
      'IncorrectState',
      `There is an existing association for instance ${instance.instanceId}`,
    );
  }
  const changed = { ...instance, iamInstanceProfile: associateProfile(context, profile) };
  context.cloud.instances.put(changed);
  return { IamInstanceProfileAssociation: show(context, changed, 'associated') };
}

export function disassociateIamInstanceProfile(
  input: DisassociateIamInstanceProfileRequest,
  context: OperationContext,
): DisassociateIamInstanceProfileResult {
  acceptParameters('DisassociateIamInstanceProfile', input, 'AssociationId');
  const associated = getAssociated(context, requireParameter('associationId', input.AssociationId));
  const { iamInstanceProfile: _gone, ...rest } = associated;
  context.cloud.instances.put(rest);
  return { IamInstanceProfileAssociation: show(context, associated, 'disassociating') };
}

/** AWS: the new association has an id of its own. */
export function replaceIamInstanceProfileAssociation(
  input: ReplaceIamInstanceProfileAssociationRequest,
  context: OperationContext,
): ReplaceIamInstanceProfileAssociationResult {
  acceptParameters('ReplaceIamInstanceProfileAssociation', input, 'AssociationId', 'IamInstanceProfile');
  const associated = getAssociated(context, requireParameter('associationId', input.AssociationId));
  const specification = requireParameter('iamInstanceProfile', input.IamInstanceProfile);
  const profile = readInstanceProfile(context, specification);
  const changed = { ...associated, iamInstanceProfile: associateProfile(context, profile) };
  context.cloud.instances.put(changed);
  return { IamInstanceProfileAssociation: show(context, changed, 'associated') };
}

const fields: FilterFields<Associated> = {
  'instance-id': (instance) => instance.instanceId,
  state: () => 'associated',
};

export function describeIamInstanceProfileAssociations(
  input: DescribeIamInstanceProfileAssociationsRequest,
  context: OperationContext,
): DescribeIamInstanceProfileAssociationsResult {
  acceptParameters(
    'DescribeIamInstanceProfileAssociations',
    input,
    'AssociationIds',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  const { AssociationIds: ids = [] } = input;
  refuseIdsWithMaxResults('AssociationIds', ids, input.MaxResults);
  const all = listAssociated(context);
  const selected =
    ids.length === 0
      ? all
      : [...new Set(ids)].map((id) => {
          const found = all.find((instance) => instance.iamInstanceProfile.associationId === id);
          if (!found) throw noSuchAssociation('InvalidAssociationID.NotFound', id);
          return found;
        });
  const matching = applyFilters(selected, input.Filters, fields, () => ({}));
  const { page, nextToken } = paginate(
    matching,
    input,
    undefined,
    (instance) => instance.iamInstanceProfile.associationId,
  );
  return {
    IamInstanceProfileAssociations: page.map((instance) => show(context, instance, 'associated')),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function listAssociated(context: OperationContext): Associated[] {
  return selectInstances(context, undefined).filter(
    (instance): instance is Associated => instance.iamInstanceProfile !== undefined,
  );
}

function getAssociated(context: OperationContext, associationId: string): Associated {
  const found = listAssociated(context).find(
    (instance) => instance.iamInstanceProfile.associationId === associationId,
  );
  if (!found) throw noSuchAssociation('NoSuchAssociation', associationId);
  return found;
}

/** AWS: the same words under two codes, one for the list and one for changes. */
function noSuchAssociation(code: string, associationId: string): AwsError {
  return new AwsError(code, `An invalid association-id of '${associationId}' was given`);
}

function show(
  context: OperationContext,
  { instanceId, iamInstanceProfile }: Associated,
  state: 'associated' | 'disassociating',
): IamInstanceProfileAssociation {
  return {
    AssociationId: iamInstanceProfile.associationId,
    InstanceId: instanceId,
    IamInstanceProfile: showInstanceProfile(context, iamInstanceProfile.arn),
    State: state,
    Timestamp: new Date(iamInstanceProfile.associatedAt),
  };
}
