// The text of answers and errors, to the letter, and what no text may do to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from './aws-error.ts';
import { awsQuery } from './aws-query.ts';
import { ec2Query } from './ec2-query.ts';
import { serviceModel } from './model.ts';
import { escapeXml } from './xml.ts';

const ec2Answer = (action: string) => ({
  action,
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  requestId: '59dbff89-35bd-4eac-99ed-be5870000000',
});

function renderEc2(action: string, output: object): string {
  return ec2Query.renderOutput(ec2Answer(action), serviceModel('ec2').findOperation(action)!.output, output);
}

test('an EC2 answer has its request id first, no Result, items in sets, and empty lists as empty elements', () => {
  const vpcEndpoint = {
    VpcEndpointId: 'vpce-1',
    RouteTableIds: [],
    SubnetIds: ['subnet-1'],
    PrivateDnsEnabled: false,
    CreationTimestamp: new Date('2026-01-31T12:34:56Z'),
    Tags: [{ Key: 'a', Value: '' }],
  };
  assert.equal(
    renderEc2('DescribeVpcEndpoints', { VpcEndpoints: [vpcEndpoint], NextToken: undefined }),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<DescribeVpcEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
      '<requestId>59dbff89-35bd-4eac-99ed-be5870000000</requestId>' +
      '<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId><routeTableIdSet/>' +
      '<subnetIdSet><item>subnet-1</item></subnetIdSet><privateDnsEnabled>false</privateDnsEnabled>' +
      '<creationTimestamp>2026-01-31T12:34:56.000Z</creationTimestamp>' +
      '<tagSet><item><key>a</key><value/></item></tagSet></item></vpcEndpointSet></DescribeVpcEndpointsResponse>',
  );
});

test('an EC2 operation without an output answers `return` true', () => {
  assert.match(renderEc2('DeleteVpc', {}), /<\/requestId><return>true<\/return><\/DeleteVpcResponse>$/);
});

test('a query answer is wrapped in Result and has its request id at the end', () => {
  const { output } = serviceModel('elasticloadbalancing').findOperation('DescribeTargetHealth')!;
  const answer = { action: 'DescribeTargetHealth', xmlNamespace: 'n', requestId: 'r' };
  assert.equal(
    awsQuery.renderOutput(answer, output, { TargetHealthDescriptions: [{ HealthCheckPort: '80' }] }),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<DescribeTargetHealthResponse xmlns="n"><DescribeTargetHealthResult><TargetHealthDescriptions>' +
      '<member><HealthCheckPort>80</HealthCheckPort></member></TargetHealthDescriptions>' +
      '</DescribeTargetHealthResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>' +
      '</DescribeTargetHealthResponse>',
  );
});

test('errors have the form of their protocol', () => {
  const error = new AwsError('Some.Code', "it's <bad> & ugly");
  assert.equal(
    ec2Query.renderError(error, 'r', 'n'),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>Some.Code</Code>' +
      '<Message>it&apos;s &lt;bad&gt; &amp; ugly</Message></Error></Errors><RequestID>r</RequestID></Response>',
  );
  assert.equal(
    awsQuery.renderError(error, 'r', 'n'),
    '<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="n"><Error><Type>Sender</Type>' +
      '<Code>Some.Code</Code><Message>it&apos;s &lt;bad&gt; &amp; ugly</Message></Error>' +
      '<RequestId>r</RequestId></ErrorResponse>',
  );
  assert.match(
    awsQuery.renderError(new AwsError('C', 'm', 500), 'r'),
    /<ErrorResponse><Error><Type>Receiver</,
  );
});

test('no text can make an answer that is not XML', () => {
  assert.equal(escapeXml('a\u0000\u0008\u000b\u001f\ufffe\uffffb\t\n'), `a${'\ufffd'.repeat(6)}b\t\n`);
  assert.equal(escapeXml('\ud800x \udc00 😀 \r'), '\ufffdx \ufffd 😀 &#13;');
  assert.equal(escapeXml(']]>'), ']]&gt;');
});

test('an answer of the wrong type is our failure, not nonsense for the caller', () => {
  for (const vpc of [{ VpcId: {} }, { VpcId: 1 }, { IsDefault: 'true' }]) {
    assert.throws(() => renderEc2('DescribeVpcs', { Vpcs: [vpc] }), /an answer has/);
  }
  const endpoint = { CreationTimestamp: '2026-01-31T12:34:56.000Z' };
  assert.throws(() => renderEc2('DescribeVpcEndpoints', { VpcEndpoints: [endpoint] }), /has a timestamp/);
});
