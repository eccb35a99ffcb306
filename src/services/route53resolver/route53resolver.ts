// Route 53 Resolver as a service of the JSON 1.1 protocol. Each region has one.

import { tagConditions } from '../arn-tag.ts';
import type { JsonService } from '../json-service.ts';
import { route53ResolverNotBuilt, route53ResolverOperations } from './operations.ts';

export const route53ResolverService: JsonService = {
  name: 'route53resolver',
  target: 'Route53Resolver',
  operations: route53ResolverOperations,
  notBuilt: route53ResolverNotBuilt,
  messageMember: 'Message',
  internalErrorCode: 'InternalServiceErrorException',
  conditions: ({ Tags, TagKeys }, { cloud }, arn) => tagConditions(cloud, arn, Tags ?? TagKeys),
};
