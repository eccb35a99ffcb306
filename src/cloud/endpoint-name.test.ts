import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endpointHostedZoneId,
  namesToVouchFor,
  regionalName,
  serviceName,
  zonalName,
} from './endpoint-name.ts';

const endpoint = {
  vpcEndpointId: 'vpce-0123456789abcdef0',
  serviceId: 'vpce-svc-0fedcba9876543210',
  dnsSuffix: 'k3x9q2ab',
  region: 'eu-west-1',
} as const;

test('an endpoint is named by its id, its suffix, its service and its region', () => {
  assert.equal(
    regionalName(endpoint),
    'vpce-0123456789abcdef0-k3x9q2ab.vpce-svc-0fedcba9876543210.eu-west-1.vpce.amazonaws.com',
  );
  assert.equal(
    zonalName(endpoint, 'eu-west-1b'),
    'vpce-0123456789abcdef0-k3x9q2ab-eu-west-1b.vpce-svc-0fedcba9876543210.eu-west-1.vpce.amazonaws.com',
  );
  assert.equal(
    serviceName(endpoint.serviceId, endpoint.region),
    'com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210',
  );
});

test('a hosted zone that is not known is not made up', () => {
  assert.equal(endpointHostedZoneId('us-east-1'), 'Z7HUB22UULQXV');
  assert.equal(endpointHostedZoneId('il-central-1'), undefined);
});

test('an endpoint to an AWS service is named by the service, and one to S3 leaves room for what is wanted there', () => {
  const named = (awsService: string) => regionalName({ ...endpoint, serviceId: undefined, awsService });
  assert.equal(named('ec2'), 'vpce-0123456789abcdef0-k3x9q2ab.ec2.eu-west-1.vpce.amazonaws.com');
  assert.equal(named('ecr.api'), 'vpce-0123456789abcdef0-k3x9q2ab.api.ecr.eu-west-1.vpce.amazonaws.com');
  const s3 = 'vpce-0123456789abcdef0-k3x9q2ab.s3.eu-west-1.vpce.amazonaws.com';
  assert.equal(named('s3'), `*.${s3}`);
  assert.deepEqual(namesToVouchFor(`*.${s3}`), [
    `*.${s3}`,
    `*.bucket.${s3}`,
    `*.accesspoint.${s3}`,
    `*.control.${s3}`,
  ]);
  assert.deepEqual(namesToVouchFor(named('ec2')), [named('ec2')]);
});
