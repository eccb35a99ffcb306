// The table of contents of EC2: every operation Isthmus answers, by AWS's name. What is not here is not built.

import type { OperationTable } from '../operation.ts';
import { describeAvailabilityZones, describeRegions } from './region.ts';
import { createTags, deleteTags, describeTags } from './tag.ts';

export const ec2Operations = {
  // Regions and zones
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeRegions: describeRegions,

  // Tags
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,

  // VPCs

  // Subnets

  // Routing

  // Security groups

  // Peering

  // Instances

  // Network interfaces

  // PrivateLink
} satisfies OperationTable;
