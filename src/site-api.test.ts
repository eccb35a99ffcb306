import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSites, type SiteActions, writeSite } from './site-api.ts';
import {
  addSiteHost,
  createSite,
  deleteSite,
  forwardDomain,
  getSite,
  getSiteHost,
  routeSite,
} from './sites.ts';
import { openStore } from './store.ts';

function newActions(): SiteActions {
  const { cloud, change } = openStore(':memory:');
  let made = 0;
  const newId = <P extends string>(prefix: P): `${P}-${string}` => `${prefix}-${++made}`;
  return {
    sites: () => [...cloud.sites.all()],
    site: (name) => getSite(cloud, name),
    siteHost: (path) => getSiteHost(cloud, path).host,
    createSite: (request) => change((writable) => createSite(writable, newId, request)),
    addSiteHost: (name, host) => change((writable) => addSiteHost(writable, newId, name, host)),
    forwardDomain: (name, domain, addresses) =>
      change((writable) => forwardDomain(writable, name, domain, addresses)),
    routeSite: (name, range, line) => change((writable) => routeSite(writable, name, range, line)),
    deleteSite: (name) => change((writable) => deleteSite(writable, name)),
  };
}

const berlin = { name: 'berlin', cidrBlocks: ['192.168.0.0/16'], hosts: [{ name: 'desk' }] };

test('a site is made, looked at, changed and deleted by paths below sites', () => {
  const actions = newActions();
  assert.equal(writeSite(actions, [], berlin).status, 201);
  assert.deepEqual(readSites(actions, []).status, 200);
  assert.partialDeepStrictEqual(readSites(actions, ['berlin', 'desk']).body, { address: '192.168.0.10' });
  assert.equal(writeSite(actions, ['berlin', 'hosts'], { name: 'x' }).status, 200);
  assert.equal(
    writeSite(actions, ['berlin', 'forward'], { domain: 'corp', addresses: ['10.0.0.5'] }).status,
    200,
  );
  assert.deepEqual(writeSite(actions, ['berlin', 'route'], { destination: '10.0.0.0/8', line: 'vpn-1' }), {
    status: 400,
    body: { error: 'vpn-1 is no line of berlin; its lines: none yet', hint: undefined },
  });
  assert.equal(writeSite(actions, ['berlin', 'nonsense'], {}).status, 404);
  assert.equal(writeSite(actions, ['paris', 'delete'], {}).status, 404);
  assert.equal(writeSite(actions, ['berlin', 'delete'], {}).status, 200);
  assert.equal(readSites(actions, ['berlin']).status, 404);
});

test('whatever is sent, the answer is yes or why not', () => {
  const actions = newActions();
  writeSite(actions, [], berlin);
  const word = fc.oneof(fc.constantFrom('berlin', 'hosts', 'forward', 'route', '__proto__', ''), fc.string());
  const body = fc.dictionary(
    fc.constantFrom('name', 'cidrBlocks', 'hosts', 'internet', 'domain', 'addresses', 'destination', 'line'),
    fc.oneof(fc.jsonValue(), fc.constantFrom('10.0.0.0/8', ['192.168.0.0/16'], [{ name: 'a' }])),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 3 }), body, (path, sent) => {
      assert.ok([200, 201, 400, 404].includes(writeSite(actions, path, sent).status));
      assert.ok([200, 404].includes(readSites(actions, path).status));
    }),
    { numRuns: 2000 },
  );
});
