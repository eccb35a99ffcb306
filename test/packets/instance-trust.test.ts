// An instance's programs take the word of the cloud's authority, each by the way it looks for such words: the file of all
// certificates, or a variable. The service stands in the instance's own namespace; how packets come to it is other tests' business.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createAuthority } from '../../src/aws/certificate.ts';
import { createCertificates } from '../../src/aws/certificates.ts';
import { createServiceDoors } from '../../src/dataplane/service-door.ts';
import { execPrefix } from '../../src/instances/exec.ts';
import { ensureImage } from '../../src/instances/image.ts';
import { createInstanceRuntime } from '../../src/instances/instance-runtime.ts';
import type { WantedInstance } from '../../src/instances/wanted-instance.ts';
import { run } from '../../src/linux/run.ts';
import { createOwnedNamespace } from '../../src/linux/user-namespace.ts';
import type { Network } from '../../src/network/network.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const authority = createAuthority({ now: new Date(), randomBytes });
const host = 's3.eu-west-1.amazonaws.com';
const s3Address = '52.218.0.10';
const bucketList = `<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>1</ID></Owner>
<Buckets><Bucket><Name>trusted-bucket</Name><CreationDate>2026-01-31T00:00:00.000Z</CreationDate></Bucket></Buckets>
</ListAllMyBucketsResult>`;

async function startInstance(): Promise<(...command: string[]) => Promise<string>> {
  const instanceId = `i-${randomBytes(9).toString('hex').slice(1)}` as const;
  const paths = {
    net: `/run/netns/isthmus-test-${instanceId}`,
    user: `/run/isthmus/user/isthmus-test-${instanceId}`,
  };
  await createOwnedNamespace(paths);
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
  const runtime = createInstanceRuntime({ dataFolder, image: () => ensureImage({ onProgress: () => {} }) });
  after(async () => {
    await runtime.removeAll();
    runtime.close();
    rmSync(dataFolder, { recursive: true, force: true });
    for (const path of Object.values(paths)) {
      await run('umount', ['--lazy', path], { doing: `letting go of ${path}` });
      rmSync(path);
    }
  });
  const wanted: WantedInstance = {
    ...{
      instanceId,
      desiredState: 'running',
      bootNumber: 1,
      hostname: 'ip-10-0-1-5',
      domain: 'ec2.internal',
    },
    ...{
      dhcp: { searchDomains: ['ec2.internal'], nameServers: ['10.0.0.2'], configurations: [] },
      region: 'eu-west-1',
      certificateAuthority: authority.certificate,
    },
    ...{ networkNamespacePath: paths.net, userNamespacePath: paths.user },
    files: [{ path: '/etc/hosts', content: `127.0.0.1 localhost\n${s3Address} ${host}\n`, when: 'always' }],
  };
  const { failed } = await runtime.set([wanted]);
  assert.deepEqual([...failed.values()], []);
  const { program, args } = execPrefix(runtime.pidOf(instanceId)!);
  const inside = (...command: string[]) =>
    run(program, [...args, ...command], { doing: `running ${command.join(' ')}`, timeoutMs: 20_000 });
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('ip', 'address', 'add', `${s3Address}/32`, 'dev', 'lo');
  const doors = createServiceDoors({
    handle: (_request, response) => void response.end(bucketList),
    certificates: createCertificates({
      authority,
      now: () => new Date(),
      randomBytes,
    }),
    onError: (_id, error) => assert.fail(error),
  });
  after(() => doors.close());
  doors.set({ vpcs: new Map() } as unknown as Network, () => paths.net);
  return inside;
}

test(
  'curl, Python and the AWS CLI trust the front ends, with the instance’s variables and without any',
  options,
  async () => {
    const inside = await startInstance();
    const url = `https://${host}/`;
    const python = [
      '/usr/bin/python3',
      '-c',
      `import urllib.request; print(urllib.request.urlopen('${url}').read().decode())`,
    ];
    const keys = [
      'AWS_ACCESS_KEY_ID=111111111111',
      'AWS_SECRET_ACCESS_KEY=test',
      'AWS_DEFAULT_REGION=eu-west-1',
    ];
    const list = ['/usr/bin/aws', 's3', 'ls'];
    for (const bare of [['env'], ['env', '-i']]) {
      assert.match(await inside(...bare, '/usr/bin/curl', '--silent', '--show-error', url), /trusted-bucket/);
      assert.match(await inside(...bare, ...python), /trusted-bucket/);
      assert.match(await inside(...bare, ...keys, ...list), /trusted-bucket/);
    }
    // It is our authority that makes the difference.
    const distrust = [
      'env',
      '-i',
      '/usr/bin/curl',
      '--silent',
      '--show-error',
      '--capath',
      '/nowhere',
      '--cacert',
      '/etc/ssl/certs/ISRG_Root_X1.pem',
      url,
    ];
    await assert.rejects(inside(...distrust), /certificate/);
  },
);
