// Machine images. There is one: the Debian that every instance's root disk starts from, owned by Amazon as it were.
// DIFFERS: one-image the same id in every region, and nobody can register another.

import type { DescribeImagesRequest, DescribeImagesResult, Image } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';

export const debianImageId = 'ami-0deb1a12000000001';
/** Amazon's own account for the images it publishes. */
const amazonAccountId = '137112412989';

const debianImage = {
  ImageId: debianImageId,
  Name: 'debian-12-isthmus-amd64',
  Description: 'Debian 12 (bookworm) with the AWS CLI, nginx, tcpdump and dig',
  ImageLocation: 'amazon/debian-12-isthmus-amd64',
  OwnerId: amazonAccountId,
  ImageOwnerAlias: 'amazon',
  State: 'available',
  Public: true,
  Architecture: 'x86_64',
  ImageType: 'machine',
  VirtualizationType: 'hvm',
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  RootDeviceName: '/dev/xvda',
  RootDeviceType: 'ebs',
  BlockDeviceMappings: [],
  ProductCodes: [],
  CreationDate: '2026-01-01T00:00:00.000Z',
  Tags: [],
} satisfies Image;

const imageFields: FilterFields<typeof debianImage> = {
  architecture: (image) => image.Architecture,
  'creation-date': (image) => image.CreationDate,
  description: (image) => image.Description,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'is-public': (image) => String(image.Public),
  'manifest-location': (image) => image.ImageLocation,
  name: (image) => image.Name,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'owner-id': (image) => image.OwnerId,
  platform: () => undefined,
  'platform-details': (image) => image.PlatformDetails,
  'product-code': () => undefined,
  'root-device-name': (image) => image.RootDeviceName,
  'root-device-type': (image) => image.RootDeviceType,
  state: (image) => image.State,
  'virtualization-type': (image) => image.VirtualizationType,
};

export function describeImages(
  input: DescribeImagesRequest,
  _context: OperationContext,
): DescribeImagesResult {
  const scope = ['Owners', 'ExecutableUsers', 'IncludeDeprecated', 'IncludeDisabled'] as const;
  acceptParameters('DescribeImages', input, 'ImageIds', 'Filters', 'MaxResults', 'NextToken', ...scope);
  refuseIdsWithMaxResults('ImageIds', input.ImageIds, input.MaxResults);
  for (const imageId of input.ImageIds ?? []) checkImageId(imageId);
  const isOwnerWanted = matchesAny(input.Owners, [debianImage.OwnerId, debianImage.ImageOwnerAlias]);
  const isRunnerWanted = matchesAny(input.ExecutableUsers, ['all']);
  const images = applyFilters(
    isOwnerWanted && isRunnerWanted ? [debianImage] : [],
    input.Filters,
    imageFields,
    () => ({}),
  );
  const { page, nextToken } = paginate<Image>(images, input, undefined, (image) => image.ImageId!);
  return { Images: page, ...(nextToken && { NextToken: nextToken }) };
}

function matchesAny(wanted: string[] | undefined, names: string[]): boolean {
  return !wanted || wanted.length === 0 || wanted.some((name) => names.includes(name));
}

/** Throws AWS's not-found unless it is an image that is there. */
export function checkImageId(imageId: string): void {
  checkId('ami', imageId, 'InvalidAMIID.Malformed');
  if (imageId !== debianImageId) {
    throw new AwsError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
  }
}
