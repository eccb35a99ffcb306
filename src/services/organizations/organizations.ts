// Organizations as a service of the JSON 1.1 protocol. It is one for the whole world, at home in us-east-1.

import type { JsonService } from '../json-service.ts';
import { organizationsNotBuilt, organizationsOperations } from './operations.ts';

export const organizationsService: JsonService = {
  name: 'organizations',
  target: 'AWSOrganizationsV20161128',
  operations: organizationsOperations,
  notBuilt: organizationsNotBuilt,
  messageMember: 'Message',
  internalErrorCode: 'ServiceException',
  homeRegion: 'us-east-1',
};
