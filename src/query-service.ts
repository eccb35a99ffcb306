// The services whose requests are forms and whose answers are XML (CloudWatch's may be JSON and CBOR): what the front door has to know of each.

import type { ServiceDefinition } from './aws/front-door.ts';
import { cloudWatchOperations } from './services/cloudwatch/operations.ts';
import { ec2Operations } from './services/ec2/operations.ts';
import { elbv2Operations } from './services/elbv2/operations.ts';
import { iamOperations } from './services/iam/operations.ts';
import { stsOperations } from './services/sts/operations.ts';

export const queryServices: ServiceDefinition[] = [
  {
    name: 'ec2',
    protocol: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    operations: ec2Operations,
  },
  {
    name: 'elasticloadbalancing',
    protocol: 'query',
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    operations: elbv2Operations,
  },
  {
    name: 'iam',
    protocol: 'query',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    operations: iamOperations,
  },
  {
    name: 'monitoring',
    protocol: 'query',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    rpcName: 'GraniteServiceVersion20100801',
    operations: cloudWatchOperations,
  },
  {
    name: 'sts',
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: stsOperations,
  },
];
