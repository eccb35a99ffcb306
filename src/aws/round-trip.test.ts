// Every operation of the services of the front door, every member to the last: what the official SDK sends is what we read, and
// what we answer is what the official SDK reads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as monitoring from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elasticloadbalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import {
  AwsEc2QueryProtocol,
  AwsJson1_0Protocol,
  AwsQueryProtocol,
  AwsSmithyRpcV2CborProtocol,
} from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { awsQuery } from './aws-query.ts';
import { rpcCbor, rpcJson } from './aws-rpc.ts';
import { ec2Query } from './ec2-query.ts';
import { formTree, parseForm } from './form.ts';
import { type Member, type ServiceName, type Shape, serviceModel } from './model.ts';

const clients: Record<ServiceName, object> = { ec2, elasticloadbalancing, iam, monitoring, sts };

for (const [service, client] of Object.entries(clients) as [ServiceName, object][]) {
  const model = serviceModel(service);
  const codec = service === 'ec2' ? ec2Query : awsQuery;
  const Protocol = service === 'ec2' ? AwsEc2QueryProtocol : AwsQueryProtocol;
  const sdk = serialisersOf(
    new Protocol({
      defaultNamespace: `com.amazonaws.${service}`,
      xmlNamespace: 'https://example.com/',
      version: '1',
      errorTypeRegistries: [],
    }),
  );
  const schemasOf = (operation: string) => (client as Record<string, unknown[]>)[`${operation}$`]!;

  test(`every input the SDK sends to ${service} is read whole`, () => {
    for (const operation of model.operationNames()) {
      const { input: shape } = model.findOperation(operation)!;
      const input = exampleOf(shape) as object;
      sdk.serializer.write(schemasOf(operation)[4], input);
      const form = Buffer.from(sdk.serializer.flush());
      assert.deepEqual(codec.readInput(shape, formTree(parseForm(form))), input, operation);
    }
  });

  test(`every output of ${service} is read whole by the SDK`, () => {
    for (const operation of model.operationNames()) {
      const { output: shape } = model.findOperation(operation)!;
      const schema = NormalizedSchema.of(schemasOf(operation)[5] as never);
      assert.equal(schema.isUnitSchema(), shape === undefined, operation);
      if (!shape) continue;
      const output = exampleOf(shape) as object;
      const answer = { action: operation, xmlNamespace: 'https://example.com/', requestId: 'r' };
      const xml = codec.renderOutput(answer, shape, output);
      const key = service === 'ec2' ? undefined : `${operation}Result`;
      const read = sdk.deserializer.read(schema, Buffer.from(xml), key) as object;
      assert.deepEqual(read, output, operation);
    }
  });
}

const rpcProtocols = {
  JSON: { codec: rpcJson, Protocol: AwsJson1_0Protocol },
  CBOR: { codec: rpcCbor, Protocol: AwsSmithyRpcV2CborProtocol },
};
for (const [name, { codec, Protocol }] of Object.entries(rpcProtocols))
  test(`every input and output of monitoring goes through ${name} whole`, async () => {
    const settings = { defaultNamespace: 'com.amazonaws.cloudwatch', errorTypeRegistries: [] };
    const sdk = serialisersOf(
      new Protocol({ ...settings, serviceTarget: 'GraniteServiceVersion20100801', awsQueryCompatible: true }),
    );
    const model = serviceModel('monitoring');
    for (const operation of model.operationNames()) {
      const { input, output } = model.findOperation(operation)!;
      const [inputSchema, outputSchema] = (monitoring as unknown as Record<string, unknown[]>)[
        `${operation}$`
      ]!.slice(4);
      const example = exampleOf(input) as object;
      sdk.serializer.write(inputSchema, example);
      assert.deepEqual(
        codec.readInput(input, Buffer.from(sdk.serializer.flush() as never)),
        example,
        operation,
      );
      if (!output) continue;
      const answer = exampleOf(output) as object;
      const read = await sdk.deserializer.read(
        NormalizedSchema.of(outputSchema as never),
        new Uint8Array(codec.renderOutput(answer)),
        undefined,
      );
      assert.deepEqual({ ...(read as object) }, answer, operation);
    }
  });

/** A value with every member given, lists and maps with two entries, and text that needs escaping. */
function exampleOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'structure':
      return Object.fromEntries(
        shape.members.filter(isWritable).map((member) => [member.name, exampleOf(member.shape)]),
      );
    case 'list':
      return [exampleOf(shape.item), exampleOf(shape.item)];
    case 'map':
      return { first: exampleOf(shape.value), second: exampleOf(shape.value) };
    case 'string':
      return 'a <b> & "c" é + %41\nline';
    case 'boolean':
      return true;
    case 'integer':
      return 4_294_967_296;
    case 'decimal':
      return 0.25;
    case 'timestamp':
      return new Date('2026-01-31T12:34:56.789Z');
    case 'blob':
      return new Uint8Array([0, 255, 62]);
  }
}

/** A form has no way to say that a structure without members is there. */
const isWritable = ({ shape }: Member) => shape.kind !== 'structure' || shape.members.length > 0;

/** The SDK keeps them protected; they are what its clients speak with. */
function serialisersOf(protocol: object) {
  return protocol as {
    serializer: { write(schema: unknown, value: object): void; flush(): string };
    deserializer: { read(schema: unknown, bytes: Uint8Array, key: string | undefined): unknown };
  };
}
