import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderSeed, type WantedInstance } from './wanted-instance.ts';

const wanted: WantedInstance = {
  instanceId: 'i-0123456789abcdef0',
  desiredState: 'running',
  bootNumber: 1,
  hostname: 'ip-10-0-1-5',
  domain: 'ec2.internal',
  dhcp: { searchDomains: ['ec2.internal'], nameServers: ['10.0.0.2'], configurations: [] },
  region: 'us-east-1',
  networkNamespacePath: '/run/netns/n',
  userNamespacePath: '/run/user-namespaces/n',
};

test('the seed names each file with its length, so that any content can follow', () => {
  const seed = renderSeed(wanted).toString();
  assert.ok(seed.startsWith('env AWS_DEFAULT_REGION 9\nus-east-1\n'));
  assert.ok(seed.includes('file always 0644 /etc/hostname 12\nip-10-0-1-5\n\n'));
  assert.ok(seed.includes('search ec2.internal\nnameserver 10.0.0.2\n'));
});

test('user data goes in byte for byte', () => {
  const bytes = Buffer.from([0x23, 0x21, 0x00, 0xff, 0x0a, 0x80]);
  const seed = renderSeed({ ...wanted, userData: bytes.toString('base64') });
  const head = 'file always 0600 /var/lib/cloud/instance/user-data.txt 6\n';
  const start = seed.indexOf(head) + head.length;
  assert.deepEqual(seed.subarray(start, start + 6), bytes);
});

test('the mark of a first boot is written last', () => {
  const files = [{ path: '/etc/more', content: 'x', when: 'first' as const }];
  const seed = renderSeed({ ...wanted, files }).toString();
  assert.ok(seed.indexOf('/etc/more') < seed.indexOf('/var/lib/cloud/data/instance-id'));
  assert.ok(seed.endsWith('i-0123456789abcdef0\n\n'));
});

test('what the cloud vouches for is trusted beside what the image trusts, by every program', () => {
  const seed = renderSeed({ ...wanted, certificateAuthority: 'OURS\n' }, Buffer.from('THEIRS\n')).toString();
  assert.ok(seed.includes('file first 0644 /etc/ssl/certs/ca-certificates.crt 12\nTHEIRS\nOURS\n'));
  assert.ok(seed.includes('file first 0644 /usr/local/share/ca-certificates/isthmus.crt 5\nOURS\n'));
  assert.ok(seed.includes('env AWS_CA_BUNDLE 34\n'));
  assert.match(seed, /AWS_DEFAULT_REGION=us-east-1\nAWS_CA_BUNDLE=\/etc\/ssl/);
  assert.ok(!renderSeed(wanted).toString().includes('AWS_CA_BUNDLE'));
});

test('what DHCP options say is where programs look for it', () => {
  const of = (dhcp: WantedInstance['dhcp']) => renderSeed({ ...wanted, dhcp }).toString();
  const custom = of({
    searchDomains: ['corp.example', 'lab.example'],
    nameServers: ['10.0.9.1', '10.0.9.2', '10.0.9.3', '10.0.9.4'],
    configurations: [{ key: 'ntp-servers', values: ['10.0.9.5', '10.0.9.6'] }],
  });
  assert.ok(
    custom.includes(
      'search corp.example lab.example\nnameserver 10.0.9.1\nnameserver 10.0.9.2\nnameserver 10.0.9.3\n\n',
    ),
  );
  assert.ok(custom.includes('/etc/dhcp-options 30\nntp-servers 10.0.9.5 10.0.9.6\n'));
  assert.ok(of({ searchDomains: [], nameServers: [], configurations: [] }).includes('/etc/resolv.conf 0\n'));
});
