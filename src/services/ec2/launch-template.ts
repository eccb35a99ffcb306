// Launch templates, to be asked for only: there are none.

import type { DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkListing } from './absent-resource.ts';
import { checkId } from './errors.ts';

const pageLimits = { minimum: 1, maximum: 200 };

export function describeLaunchTemplates(
  input: DescribeLaunchTemplatesRequest,
  _context: OperationContext,
): DescribeLaunchTemplatesResult {
  const page = ['MaxResults', 'NextToken'] as const;
  acceptParameters(
    'DescribeLaunchTemplates',
    input,
    ...['LaunchTemplateIds' as const, 'LaunchTemplateNames' as const, 'IncludeManagedResources' as const],
    ...['Filters' as const, ...page],
  );
  checkListing(input, ['create-time', 'launch-template-name', 'operator.managed'], pageLimits);
  const { LaunchTemplateIds: ids = [], LaunchTemplateNames: names = [] } = input;
  for (const id of ids) checkId('lt', id, 'InvalidLaunchTemplateId.Malformed');
  if (ids.length > 0) throw notFound('InvalidLaunchTemplateId.NotFound', 'ID', ids[0]!);
  if (names.length > 0) throw notFound('InvalidLaunchTemplateName.NotFoundException', 'name', names[0]!);
  return { LaunchTemplates: [] };
}

function notFound(code: string, what: 'ID' | 'name', given: string): AwsError {
  const text = `The specified launch template, with template ${what} ${given}, does not exist.`;
  return new AwsError(code, text);
}
