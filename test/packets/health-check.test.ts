// Health checks on real connections: a node's address and some targets on the loopback of a namespace.
// The intervals are shorter than AWS allows, so that the tests are; the rest is as in a VPC.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { HealthCheck } from '../../src/cloud/load-balancer.ts';
import { listenTcp } from '../../src/dataplane/door.ts';
import { createHealthChecker } from '../../src/dataplane/health-checker.ts';
import { run } from '../../src/linux/run.ts';
import type { HealthCheckTarget } from '../../src/network/network.ts';
import { eventually, makeTestNamespace, skipWithoutRoot, type TestNamespace } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const nodeAddress = '10.0.1.8';
const otherNodeAddress = '10.0.2.8';
const targetAddress = '10.0.1.10';
const targetGroupArn = 'arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/web/0123456789abcdef';

function target(
  check: Partial<HealthCheck> = {},
  change: Partial<HealthCheckTarget> = {},
): HealthCheckTarget {
  return {
    targetGroupArn,
    targetId: 'i-0a1b2c3d4e5f60718',
    targetPort: 80,
    vpcId: 'vpc-1',
    fromAddresses: [nodeAddress],
    address: targetAddress,
    checkPort: 80,
    healthCheck: {
      enabled: true,
      protocol: 'TCP',
      port: 'traffic-port',
      intervalSeconds: 0.1,
      timeoutSeconds: 2,
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 2,
      ...check,
    },
    ...change,
  };
}

const makeNetwork = () => makeTestNamespace(nodeAddress, otherNodeAddress, targetAddress);

function startChecker(namespace: TestNamespace) {
  const counts = { changes: 0, checks: 0 };
  const namespacePathOf = () => {
    counts.checks++;
    return namespace.path;
  };
  const checker = createHealthChecker({ namespacePathOf, onChange: () => counts.changes++ });
  after(() => checker.close());
  const look = (id = 'i-0a1b2c3d4e5f60718', port = 80) => checker.observe(targetGroupArn, id, port);
  const becomes = (state: string, id?: string) =>
    eventually(`the target is ${state}`, () => look(id).state === state);
  const hasChecked = () => eventually('a check has been made', () => counts.checks > 0);
  return { ...checker, look, becomes, hasChecked, changes: () => counts.changes };
}

function open<Kind extends Server | HttpServer>(namespace: TestNamespace, server: Kind, port = 80): Kind {
  server.listen({ fd: listenTcp(namespace.path, targetAddress, port) });
  after(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return server;
}

/** Who has connected, by address. */
function openTcp(namespace: TestNamespace, serve: (socket: Socket) => void = (socket) => socket.resume()) {
  const clients: (string | undefined)[] = [];
  const server = createServer((socket) => {
    clients.push(socket.remoteAddress);
    after(() => socket.destroy());
    socket.on('error', () => {});
    serve(socket);
  });
  return { server: open(namespace, server), clients };
}

const openHttp = (namespace: TestNamespace, serve: RequestListener) =>
  open(namespace, createHttpServer(serve));

test(
  "a target that listens is healthy at once, and sees the load balancer's address as its client",
  options,
  async () => {
    const namespace = await makeNetwork();
    const { clients } = openTcp(namespace);
    const checker = startChecker(namespace);
    assert.deepEqual(checker.look(), { state: 'unknown' });
    checker.set([target({ intervalSeconds: 300 })]);
    await checker.becomes('healthy');
    assert.deepEqual(checker.look(), { state: 'healthy', reason: undefined, description: undefined });
    assert.equal(checker.isHealthy(targetGroupArn, 'i-0a1b2c3d4e5f60718', 80), true);
    assert.equal(checker.isHealthy(targetGroupArn, 'i-0a1b2c3d4e5f60718', 81), false);
    assert.deepEqual(clients, [nodeAddress]);
    assert.equal(checker.changes(), 1);
  },
);

test('a target that starts late is found long before the next interval', options, async () => {
  const namespace = await makeNetwork();
  const checker = startChecker(namespace);
  checker.set([target({ intervalSeconds: 300 })]);
  await checker.hasChecked();
  assert.deepEqual(checker.look(), { state: 'unknown' });
  openTcp(namespace);
  await checker.becomes('healthy');
});

test(
  'a target that stops listening turns unhealthy with the reason, and healthy when it is back',
  options,
  async () => {
    const namespace = await makeNetwork();
    const { server } = openTcp(namespace);
    const checker = startChecker(namespace);
    checker.set([target()]);
    await checker.becomes('healthy');
    server.close();
    await checker.becomes('unhealthy');
    assert.deepEqual(checker.look(), {
      state: 'unhealthy',
      reason: 'Target.FailedHealthChecks',
      description: 'Health checks failed',
    });
    openTcp(namespace);
    await checker.becomes('healthy');
    assert.equal(checker.changes(), 3);
  },
);

test('every node takes its turn', options, async () => {
  const namespace = await makeNetwork();
  const { clients } = openTcp(namespace);
  const checker = startChecker(namespace);
  checker.set([target({}, { fromAddresses: [nodeAddress, otherNodeAddress] })]);
  await eventually('four checks', () => clients.length >= 4);
  assert.deepEqual(clients.slice(0, 4), [nodeAddress, otherNodeAddress, nodeAddress, otherNodeAddress]);
});

test('HTTP asks for the path as AWS does and takes the codes of the matcher', options, async () => {
  const namespace = await makeNetwork();
  const requests: string[] = [];
  openHttp(namespace, (request, response) => {
    requests.push(
      `${request.method} ${request.url} ${request.headers.host} ${request.headers['user-agent']}`,
    );
    response.writeHead(request.url === '/ready?deep=1' ? 202 : 404).end('x'.repeat(100_000));
  });
  const checker = startChecker(namespace);
  checker.set([target({ protocol: 'HTTP', path: '/ready?deep=1', matcher: '200,202' })]);
  await checker.becomes('healthy');
  assert.equal(requests[0], `GET /ready?deep=1 ${targetAddress}:80 ELB-HealthChecker/2.0`);
  checker.set([target({ protocol: 'HTTP' })]);
  await checker.becomes('unhealthy');
  assert.deepEqual(checker.look(), {
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [404]',
  });
});

test('an answer that does not come in time, or never ends, times out', options, async () => {
  const namespace = await makeNetwork();
  openTcp(namespace, (socket) => {
    const drip = setInterval(() => socket.write('HTTP/'), 5);
    socket.resume().on('close', () => clearInterval(drip));
  });
  const checker = startChecker(namespace);
  checker.set([target({ protocol: 'HTTP', timeoutSeconds: 0.2 })]);
  await checker.becomes('unhealthy');
  assert.deepEqual(checker.look(), {
    state: 'unhealthy',
    reason: 'Target.Timeout',
    description: 'Request timed out',
  });
});

test('a target that swallows packets times out', options, async () => {
  const namespace = await makeNetwork();
  openTcp(namespace);
  const silence =
    'add table ip silence { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }';
  await run('ip', ['netns', 'exec', namespace.name, 'nft', silence], { doing: 'making a port silent' });
  const checker = startChecker(namespace);
  checker.set([target({ timeoutSeconds: 0.2 })]);
  await checker.becomes('unhealthy');
  assert.equal(checker.look().reason, 'Target.Timeout');
});

test('what is not HTTP fails an HTTP check, and so does a target that hangs up', options, async () => {
  const namespace = await makeNetwork();
  const answers = ['SSH-2.0-OpenSSH_9.2\r\n', '', 'HTTP/1.1 ', 'x'.repeat(1_000_000)];
  let turn = 0;
  openTcp(namespace, (socket) => socket.end(answers[turn++ % answers.length]!));
  const checker = startChecker(namespace);
  checker.set([target({ protocol: 'HTTP' })]);
  await checker.becomes('unhealthy');
  await eventually('each has been tried', () => turn > 2 * answers.length);
  assert.equal(checker.look().reason, 'Target.FailedHealthChecks');
});

test('HTTPS does not ask who the target is', options, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
  after(() => rmSync(folder, { recursive: true }));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const makeCertificate = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    await run('openssl', ['version'], { doing: 'looking for openssl' });
  } catch {
    return context.skip('openssl is not installed: apt-get install openssl');
  }
  const subject = ['-subj', '/CN=nobody', '-keyout', key, '-out', certificate];
  await run('openssl', [...makeCertificate, ...subject], { doing: 'making a certificate' });
  const namespace = await makeNetwork();
  let status = 200;
  open(
    namespace,
    createHttpsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) => {
      response.writeHead(status).end('hello');
    }),
  );
  const checker = startChecker(namespace);
  checker.set([target({ protocol: 'HTTPS' })]);
  await checker.becomes('healthy');
  status = 503;
  await checker.becomes('unhealthy');
  assert.equal(checker.look().description, 'Health checks failed with these codes: [503]');
});

test(
  'a changed check is made at once and keeps what is known; a new address starts anew',
  options,
  async () => {
    const namespace = await makeNetwork();
    const { clients } = openTcp(namespace);
    const checker = startChecker(namespace);
    checker.set([target({ intervalSeconds: 300 })]);
    await checker.becomes('healthy');
    checker.set([target({ intervalSeconds: 299 })]);
    assert.equal(checker.look().state, 'healthy');
    await eventually('a second check', () => clients.length === 2);
    checker.set([target({ intervalSeconds: 299 }, { fromAddresses: [otherNodeAddress] })]);
    checker.set([target({ intervalSeconds: 299 }, { address: '10.0.1.11' })]);
    assert.equal(checker.look().state, 'unknown');
  },
);

test('a target that is gone is forgotten, and its late result with it', options, async () => {
  const namespace = await makeNetwork();
  let asked = 0;
  openHttp(namespace, () => asked++);
  const checker = startChecker(namespace);
  checker.set([target({ protocol: 'HTTP' })]);
  await eventually('the question has arrived', () => asked === 1);
  checker.set([]);
  assert.deepEqual(checker.look(), { state: 'unknown' });
  assert.equal(checker.changes(), 0);
});

test('a namespace that is not there yet is waited for', options, async () => {
  const namespace = await makeNetwork();
  openTcp(namespace);
  const place = { name: namespace.name, path: '/run/netns/isthmus-test-none' };
  const checker = startChecker(place);
  checker.set([target({ intervalSeconds: 300 })]);
  await checker.hasChecked();
  place.path = namespace.path;
  await checker.becomes('healthy');
});

test('no more than 64 checks are under way at once, and all have their turn', options, async () => {
  const namespace = await makeNetwork();
  let underWay = 0;
  let most = 0;
  openHttp(namespace, (_request, response) => {
    most = Math.max(most, ++underWay);
    setTimeout(() => {
      underWay--;
      response.end('hello');
    }, 5);
  });
  const checker = startChecker(namespace);
  const ids = Array.from({ length: 300 }, (_, index) => `i-${index}`);
  checker.set(ids.map((targetId) => target({ protocol: 'HTTP', intervalSeconds: 300 }, { targetId })));
  for (const id of ids) await checker.becomes('healthy', id);
  assert.ok(most > 1 && most <= 64, `${most} at once`);
});
