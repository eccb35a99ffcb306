import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrivateZone } from './network.ts';
import { type CompiledResolverRule, findForwardingRule, ruleBook } from './resolver-rule.ts';
import { findZone, indexZones } from './zone.ts';

const forward = (domain: string): CompiledResolverRule => ({
  resolverRuleId: `rslvr-rr-${domain}`,
  domain,
  forward: { resolverEndpointId: 'rslvr-out-1', from: [], targets: [{ address: '192.168.0.1', port: 53 }] },
});
const system = (domain: string): CompiledResolverRule => ({ resolverRuleId: `rslvr-rr-${domain}`, domain });
const zone = (zoneName: string): PrivateZone => ({
  ...{ zoneName, by: zoneName, isForInboundOnly: false, recordSets: new Map() },
});

/** Longest first, as they are compiled. */
function find(
  name: string,
  rules: CompiledResolverRule[],
  zones: PrivateZone[] = [],
  cidrBlock = '10.0.0.0/16',
) {
  const resolverRules = rules.toSorted((a, b) => b.domain.length - a.domain.length);
  const cidrBlocks = [{ cidrBlock, fabricBlock: '240.1.0.0/16' }];
  const book = ruleBook({ resolverRules, region: 'us-east-1', cidrBlocks });
  return findForwardingRule(book, name, findZone(indexZones(zones), name))?.domain;
}

test('a rule is about its domain and all below it; the most specific one decides', () => {
  const rules = [forward('corp.example'), forward('lab.corp.example'), system('www.corp.example')];
  assert.equal(find('corp.example', rules), 'corp.example');
  assert.equal(find('a.b.corp.example', rules), 'corp.example');
  assert.equal(find('a.lab.corp.example', rules), 'lab.corp.example');
  assert.equal(find('xcorp.example', rules), undefined);
  assert.equal(find('www.corp.example', rules), undefined, 'a system rule is for the resolver itself');
  assert.equal(find('a.www.corp.example', rules), undefined);
});

test('between a rule and a private zone the more specific one decides, and of equals the rule', () => {
  const zones = [zone('corp.example')];
  assert.equal(find('a.corp.example', [forward('corp.example')], zones), 'corp.example');
  assert.equal(find('a.corp.example', [forward('example')], zones), undefined);
  assert.equal(find('a.lab.corp.example', [forward('lab.corp.example')], zones), 'lab.corp.example');
  assert.equal(find('a.corp.example', [system('corp.example')], zones), undefined);
});

test('what the VPC knows by itself is not asked about, unless a rule names it', () => {
  const everything = [forward('')];
  assert.equal(find('www.example', everything), '');
  assert.equal(find('ip-10-0-1-5.ec2.internal', everything), undefined);
  assert.equal(find('ec2-3-128-0-10.compute-1.amazonaws.com', everything), undefined);
  assert.equal(find('5.1.0.10.in-addr.arpa', everything), undefined);
  assert.equal(find('5.1.1.10.in-addr.arpa', everything), '', 'not of this VPC');
  assert.equal(find('ip-10-0-1-5.ec2.internal', [forward('ec2.internal')]), 'ec2.internal');
  assert.equal(find('5.1.0.10.in-addr.arpa', [forward('10.in-addr.arpa')]), undefined);
  assert.equal(find('5.1.0.10.in-addr.arpa', [forward('1.0.10.in-addr.arpa')]), '1.0.10.in-addr.arpa');
});

test('a range that ends inside a label has a reverse domain for each that fits', () => {
  const everything = [forward('')];
  assert.equal(find('5.31.0.10.in-addr.arpa', everything, [], '10.0.16.0/20'), undefined);
  assert.equal(find('5.32.0.10.in-addr.arpa', everything, [], '10.0.16.0/20'), '');
  assert.equal(find('9.0.0.10.in-addr.arpa', everything, [], '10.0.0.0/28'), undefined);
  assert.equal(find('16.0.0.10.in-addr.arpa', everything, [], '10.0.0.0/28'), '');
});
