import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewId } from './cloud/id.ts';
import {
  addSiteHost,
  createSite,
  deleteSite,
  forwardDomain,
  getSiteHost,
  routeSite,
  SiteRefusal,
  type SiteRequest,
} from './sites.ts';
import { openStore } from './store.ts';

const newCase = () => {
  const store = openStore(':memory:');
  let made = 0;
  const newId: NewId = (prefix) => `${prefix}-${(++made).toString(16).padStart(17, '0')}`;
  const create = (request: Partial<SiteRequest> = {}) =>
    store.change((cloud) =>
      createSite(cloud, newId, {
        ...{ name: 'berlin', cidrBlocks: ['192.168.0.0/16'], hosts: [], hasInternet: true },
        ...request,
      }),
    );
  return { ...store, newId, create };
};

const refuses = (text: RegExp) => (error: unknown) =>
  error instanceof SiteRefusal && text.test(error.message);

test('a site has ranges, a public address of its own and at least one host', () => {
  const { create, cloud, change } = newCase();
  const site = create();
  assert.equal(site.publicAddress, '203.0.113.10');
  assert.deepEqual(
    site.hosts.map(({ name, address }) => [name, address]),
    [['host', '192.168.0.10']],
  );
  const other = create({ name: 'paris', hosts: [{ name: 'a', address: '192.168.7.7' }, { name: 'b' }] });
  assert.equal(other.publicAddress, '203.0.113.11');
  assert.equal(getSiteHost(cloud, 'paris/b').host.address, '192.168.0.10');
  assert.equal(getSiteHost(cloud, 'paris').host.name, 'a');
  change((writable) => deleteSite(writable, 'berlin'));
  assert.throws(() => getSiteHost(cloud, 'berlin'), refuses(/there is no site berlin/));
  assert.equal(create({ name: 'rome' }).publicAddress, '203.0.113.10');
});

test('a site that cannot be is refused, and says why', () => {
  const { create } = newCase();
  create();
  const refused: [Partial<SiteRequest>, RegExp][] = [
    [{}, /there is a site berlin already/],
    [{ name: 'Paris' }, /'Paris' is no name for a site/],
    [{ name: 'a', cidrBlocks: [] }, /needs a range/],
    [{ name: 'a', cidrBlocks: ['10.0.0.0/30'] }, /from \/8 to \/28/],
    [{ name: 'a', cidrBlocks: ['10.0.0.0'] }, /is not a range/],
    [{ name: 'a', cidrBlocks: ['10.0.0.0/8', '10.1.0.0/16'] }, /overlaps with/],
    [{ name: 'a', cidrBlocks: ['169.254.0.0/16'] }, /no range for hosts/],
    [{ name: 'a', hosts: [{ name: 'x', address: '10.0.0.1' }] }, /is not in 192\.168\.0\.0\/16/],
    [{ name: 'a', hosts: [{ name: 'x', address: '192.168.0.1' }] }, /is the site's router/],
    [{ name: 'a', hosts: [{ name: 'x', address: '192.168.255.255' }] }, /not a host's address/],
    [{ name: 'a', hosts: [{ name: 'x' }, { name: 'x' }] }, /has a host x already/],
    [
      {
        name: 'a',
        hosts: [
          { name: 'x', address: '192.168.0.9' },
          { name: 'y', address: '192.168.0.9' },
        ],
      },
      /is taken/,
    ],
  ];
  for (const [request, text] of refused) assert.throws(() => create(request), refuses(text));
});

test('hosts and forwarded domains are added to a site that is there', () => {
  const { create, change, cloud, newId } = newCase();
  create();
  const site = change((writable) => addSiteHost(writable, newId, 'berlin', { name: 'desk' }));
  assert.deepEqual(
    site.hosts.map(({ name, address }) => `${name} ${address}`),
    ['host 192.168.0.10', 'desk 192.168.0.11'],
  );
  const forward = (domain: string, addresses: string[]) =>
    change((writable) => forwardDomain(writable, 'berlin', domain, addresses)).forwards;
  forward('amazonaws.com', ['10.0.1.9']);
  assert.deepEqual(forward('AmazonAWS.com.', ['10.0.1.10', '10.0.2.10']), [
    { domain: 'amazonaws.com', addresses: ['10.0.1.10', '10.0.2.10'] },
  ]);
  assert.throws(() => forward('a b', ['10.0.1.10']), refuses(/is not a domain/));
  assert.throws(() => forward('corp', ['corp']), refuses(/not an IPv4 address/));
  assert.deepEqual(forward('amazonaws.com', []), []);
  assert.throws(() => getSiteHost(cloud, 'berlin/printer'), refuses(/has no host printer/));
});

test('a route by a line that a site does not have is refused, and the lines it has are named', () => {
  const { create, change } = newCase();
  create();
  const route = () => change((cloud) => routeSite(cloud, 'berlin', '10.0.0.0/8', 'vpn-zz'));
  assert.throws(route, refuses(/vpn-zz is no line of berlin; its lines: none yet/));
});
